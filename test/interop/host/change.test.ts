import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ChangeRequest, renderChangeScript } from '../../../src/render/change-script.ts';
import {
  type Ended,
  HOST_SHELLS,
  type HostSandbox,
  type HostShell,
  openHostSandbox,
  type SandboxOptions,
  sandboxFiles,
} from '../../support/host-sandbox.ts';
import { skipUnlessRoot } from '../../support/skip.ts';

skipUnlessRoot();

/** Everything that a change could leave something in; the watcher's own times and numbers are left out. */
const TRACES = `find /etc/route-mesh /etc/cron.d /etc/iproute2 /etc/docker /var/lib -type f 2>/dev/null |
  sort | while read -r f; do printf '%s ' "$f"; sha256sum <"$f"; done
find /var/lib /etc/route-mesh -type d 2>/dev/null | sort
ip -4 route; iptables-save 2>/dev/null | grep -v '^[#:]'; nft -s list tables
for p in /proc/[0-9]*; do grep -sq 'route-mesh-host.sh' $p/cmdline && echo watcher; done | sort -u`;

for (const shell of HOST_SHELLS) changeSuite(shell);

function changeSuite(shell: HostShell): void {
  const test = suite(`change program, ${shell}`);
  const open: HostSandbox[] = [];
  test.after.each(async () => {
    await Promise.all(open.splice(0).map((sandbox) => sandbox.remove()));
  });
  const host = async (options: SandboxOptions = {}): Promise<HostSandbox> => {
    const sandbox = await openHostSandbox({ shell, ...options });
    open.push(sandbox);
    return sandbox;
  };
  const request = (changes: Partial<ChangeRequest> = {}): ChangeRequest => ({
    verb: 'activate',
    baseRevision: 0,
    stagingName: 'staged-0123',
    operator: 'alice@laptop pid 7',
    restart: false,
    docker0: '10.208.0.1/24',
    daemonJsonPath: '/etc/docker/daemon.json',
    daemonJson: undefined,
    removeDaemonJson: false,
    files: sandboxFiles(2, shell),
    ...changes,
  });
  const change = (sandbox: HostSandbox, changes: Partial<ChangeRequest> = {}): Ended =>
    sandbox.run(renderChangeScript(request(changes)));
  const expect = (ended: Ended, code: number): Ended => {
    assert.is(ended.code, code, `${ended.stdout}${ended.stderr}`);
    return ended;
  };

  test('activate: steps are told, files and kernel are as asked, the watcher runs, nothing staged remains', async () => {
    const sandbox = await host();
    const { stdout, stderr } = expect(change(sandbox), 0);
    assert.is(stderr, '');
    const steps = [...stdout.matchAll(/^@step (\S+) done$/gm)].map(([, name]) => name);
    const done = 'backup daemon_json docker_restart containers files kernel boot_hook watcher commit';
    assert.is(steps.join(' '), done);
    assert.match(stdout, /^@revision 1$/m);
    assert.is(sandbox.output('ip -4 route show proto 213 | wc -l'), '3');
    const report = sandbox.output('sh /etc/route-mesh/route-mesh-host.sh report').split('\n');
    assert.equal(report, ['firewall intact', 'watcher yes', 'boot-hook yes', 'lock']);
    assert.is(sandbox.output('ls -A /var/lib/route-mesh'), 'current\noriginal\nrevisions');
    assert.is(sandbox.output('stat -c %a /etc/route-mesh /etc/route-mesh/routes | xargs'), '755 644');
  });

  test('a second revision changes what differs, removes files that are named no more, and keeps the first', async () => {
    const sandbox = await host();
    expect(change(sandbox), 0);
    sandbox.output('echo old >/etc/route-mesh/leftover');
    expect(change(sandbox, { baseRevision: 1, files: sandboxFiles(1, shell) }), 0);
    assert.is(sandbox.output('ip -4 route show proto 213 | wc -l'), '2');
    assert.is(sandbox.output('ls /var/lib/route-mesh/revisions | xargs'), '1 2');
    assert.is(sandbox.output('cat /var/lib/route-mesh/current'), '2');
    assert.is(sandbox.output('ls /etc/route-mesh | grep -c leftover || :'), '0');
  });

  test('the last ten revisions are kept', async () => {
    const sandbox = await host();
    for (let base = 0; base < 12; base++) expect(change(sandbox, { baseRevision: base }), 0);
    assert.is(sandbox.output('ls /var/lib/route-mesh/revisions | sort -n | xargs'), '3 4 5 6 7 8 9 10 11 12');
  });

  test('a changed host program: the watcher that runs is one of the new program', async () => {
    const sandbox = await host();
    expect(change(sandbox), 0);
    const before = sandbox.output('cat /run/route-mesh/watch.pid');
    const files = sandboxFiles(2, shell);
    const program = `${files['route-mesh-host.sh']}# another version\n`;
    expect(change(sandbox, { baseRevision: 1, files: { ...files, 'route-mesh-host.sh': program } }), 0);
    assert.is(sandbox.run(`grep -q watch /proc/${before}/cmdline`).code === 0, false, 'the old one runs on');
    sandbox.output('sleep 0.5');
    assert.match(sandbox.output('sh /etc/route-mesh/route-mesh-host.sh report'), 'watcher yes');
  });

  test('destroy leaves nothing', async () => {
    const sandbox = await host();
    const before = sandbox.output(TRACES);
    expect(change(sandbox), 0);
    const { stderr } = expect(change(sandbox, { verb: 'deactivate', baseRevision: 1 }), 0);
    assert.is(stderr, '');
    assert.is(sandbox.output(TRACES), before);
    assert.is(sandbox.output('ls -d /run/route-mesh /etc/route-mesh 2>/dev/null || :'), '');
  });

  test('no room to stage: 73 with what is full, nothing left', async () => {
    const sandbox = await host({ varLib: '16k' });
    const before = sandbox.output(TRACES);
    const { stdout } = expect(change(sandbox), 73);
    assert.match(stdout, /^@error cannot write below \/var\/lib\/route-mesh: .*100%/m);
    assert.is(sandbox.output(TRACES), before);
  });

  test('no room in /etc: the first revision is taken back whole', async () => {
    const sandbox = await host({ etc: '28k' });
    const before = sandbox.output(TRACES);
    const { stdout } = expect(change(sandbox), 10);
    assert.match(stdout, /^@step files failed$/m);
    assert.is(sandbox.output(TRACES), before);
  });

  test('a plan from another revision: 76, with both numbers, nothing touched', async () => {
    const sandbox = await host();
    expect(change(sandbox), 0);
    const before = sandbox.output(TRACES);
    const { stdout } = expect(change(sandbox, { baseRevision: 0 }), 76);
    assert.match(stdout, '@error revision 1 is running, the plan was made from 0');
    assert.is(sandbox.output(TRACES), before);
  });

  test('somebody else holds the lock: 75 with who it is, nothing touched or left', async () => {
    const sandbox = await host();
    expect(change(sandbox), 0);
    const before = sandbox.output(TRACES);
    sandbox.output(`echo 'bob@desk pid 9' >/run/route-mesh/lock
setsid flock /run/route-mesh/lock sleep 20 >/dev/null 2>&1 </dev/null &
until ! flock -n /run/route-mesh/lock true; do sleep 0.05; done`);
    assert.match(sandbox.output('sh /etc/route-mesh/route-mesh-host.sh report'), 'lock bob@desk pid 9');
    const { stdout } = expect(change(sandbox, { baseRevision: 1 }), 75);
    assert.match(stdout, '@error bob@desk pid 9');
    assert.is(sandbox.output(TRACES), before);
  });

  test('rules that cannot be loaded: back on the revision before, files, routes and rules as they were', async () => {
    const sandbox = await host();
    expect(change(sandbox), 0);
    const before = sandbox.output(TRACES);
    const files = { ...sandboxFiles(1, shell), 'filter.iptables': '*filter\nnonsense\nCOMMIT\n' };
    const { stdout } = expect(change(sandbox, { baseRevision: 1, files }), 10);
    assert.match(stdout, /^@step kernel failed$/m);
    assert.match(stdout, /^@error .*nonsense|^@error .*line 2/m);
    assert.match(stdout, /^@step revert done$/m);
    assert.is(sandbox.output(TRACES), before);
    assert.match(sandbox.output('sh /etc/route-mesh/route-mesh-host.sh report'), 'firewall intact');
    expect(change(sandbox, { baseRevision: 1, files: sandboxFiles(1, shell) }), 0);
  });

  test('the first sync fails on its rules: the host is as if nobody had been there', async () => {
    const sandbox = await host();
    const before = sandbox.output(TRACES);
    const files = { ...sandboxFiles(2, shell), 'filter.iptables': '*filter\nnonsense\nCOMMIT\n' };
    expect(change(sandbox, { files }), 10);
    assert.is(sandbox.output(TRACES), before);
  });

  test('an unreachable next hop is an error that names it, and is reverted', async () => {
    const sandbox = await host();
    const files = { ...sandboxFiles(2, shell), routes: 'h9 10.208.36.0/22 via 192.0.2.9\n' };
    const { stdout } = expect(change(sandbox, { files }), 10);
    assert.match(stdout, '@error route replace 10.208.36.0/22 via 192.0.2.9');
  });

  for (const [what, exec] of [
    ['its standard output is closed', 'exec >&-'],
    ['nobody reads its output any more', 'mkfifo /run/pipe; sleep 0.2 </run/pipe & exec >/run/pipe 2>&1'],
  ] as const) {
    test(`the operator is gone, ${what}: it goes on to the end`, async () => {
      const sandbox = await host();
      const gone = `(${exec}; sleep 0.5\n${renderChangeScript(request())})\necho "status $?" >/run/status`;
      sandbox.run(gone);
      assert.is(sandbox.output('cat /run/status'), 'status 0');
      assert.is(sandbox.output('cat /var/lib/route-mesh/current'), '1');
      assert.is(sandbox.output('ip -4 route show proto 213 | wc -l'), '3');
    });
  }

  test('killed between its steps, it is finished by the next sync', async () => {
    const sandbox = await host();
    const files = sandboxFiles(2, shell);
    // The change program ends itself, as a power cut would, when the files are in place and nothing is loaded yet.
    const program = files['route-mesh-change.sh'] ?? '';
    const dying = program.replace('step_kernel() {', () => 'step_kernel() { kill -9 $$; ');
    assert.is.not(change(sandbox, { files: { ...files, 'route-mesh-change.sh': dying } }).code, 0);
    assert.is(sandbox.output('ip -4 route show proto 213 | wc -l'), '0');
    expect(change(sandbox, { stagingName: 'staged-4567' }), 0);
    assert.is(sandbox.output('ip -4 route show proto 213 | wc -l'), '3');
  });

  test('daemon.json is written whole, keeps its owner and mode, and comes back byte by byte', async () => {
    const sandbox = await host();
    const original = '{"debug":true}';
    sandbox.output(`mkdir -p /etc/docker; printf '%s' '${original}' >/etc/docker/daemon.json
chmod 640 /etc/docker/daemon.json; chown 7:7 /etc/docker/daemon.json`);
    const before = sandbox.output(TRACES);
    const path = '/etc/docker/daemon.json';
    const content = '{"debug":true,"bip":"10.208.0.1/24"}';
    expect(change(sandbox, { daemonJson: { path, content } }), 0);
    assert.is(sandbox.output(`cat ${path}`), content);
    assert.is(sandbox.output(`stat -c '%a %u:%g' ${path}`), '640 7:7');
    const written = sandbox.output('cat /var/lib/route-mesh/daemon.json.written');
    assert.is(written, sandbox.output(`sha256sum <${path} | cut -d' ' -f1`));
    expect(change(sandbox, { verb: 'deactivate', baseRevision: 1 }), 0);
    assert.is(sandbox.output(TRACES), before);
    assert.is(sandbox.output(`stat -c '%a %u:%g' ${path}`), '640 7:7');
  });

  test('neither init system nor cron: the operator is told how to start it at boot, and it is no drift', async () => {
    const sandbox = await host();
    sandbox.output('rm -r /etc/cron.d');
    const { stdout } = expect(change(sandbox), 0);
    assert.match(
      stdout,
      "@warn no systemd, OpenRC or cron here: start '/bin/sh /etc/route-mesh/route-mesh-host.sh watch'",
    );
    assert.match(sandbox.output('sh /etc/route-mesh/route-mesh-host.sh report'), 'boot-hook yes');
  });

  test('docker is to be restarted and does not answer: said so, and nothing done', async () => {
    const sandbox = await host();
    const before = sandbox.output(TRACES);
    const { stdout } = expect(change(sandbox, { restart: true }), 10);
    assert.match(stdout, '@error docker does not answer');
    assert.is(sandbox.output(TRACES), before);
  });

  test('a sync that fails after the operator changed daemon.json does not claim that file as ours', async () => {
    const sandbox = await host();
    const path = '/etc/docker/daemon.json';
    expect(change(sandbox, { daemonJson: { path, content: '{"bip":"10.208.0.1/24"}\n' } }), 0);
    sandbox.output(`echo '{"bip":"10.208.0.1/24","debug":true}' >${path}`);
    const before = sandbox.output(TRACES);
    const files = { ...sandboxFiles(2, shell), 'filter.iptables': 'nonsense\n' };
    const daemonJson = { path, content: '{"bip":"10.208.4.1/24","debug":true}\n' };
    expect(change(sandbox, { baseRevision: 1, files, daemonJson }), 10);
    assert.is(sandbox.output(TRACES), before);
  });

  test('a daemon.json that is a link stays one', async () => {
    const sandbox = await host();
    sandbox.output(
      'mkdir -p /etc/docker; echo {} >/etc/real.json; ln -s ../real.json /etc/docker/daemon.json',
    );
    const daemonJson = { path: '/etc/docker/daemon.json', content: '{"bip":"10.208.0.1/24"}\n' };
    expect(change(sandbox, { daemonJson }), 0);
    assert.is(sandbox.output('readlink /etc/docker/daemon.json'), '../real.json');
    assert.is(sandbox.output('cat /etc/real.json'), daemonJson.content.trim());
  });

  test.run();
}
