import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  HOST_SHELLS,
  type HostSandbox,
  type HostShell,
  installScript,
  openHostSandbox,
  sandboxFiles,
} from '../../support/host-sandbox.ts';
import { skipUnlessRoot } from '../../support/skip.ts';

skipUnlessRoot();

const RECONCILE = 'sh /etc/route-mesh/route-mesh-host.sh reconcile';
const OURS = `ip -4 route show proto 213 | sed 's/ *$//'`;
const ALL_OURS = [
  'unreachable 10.208.0.0/22 metric 4213',
  '10.208.4.0/22 via 10.99.0.2 dev eth0 metric 4213',
  '10.208.8.0/22 via 10.99.0.3 dev eth0 metric 4213',
];

for (const shell of HOST_SHELLS) routeSuite(shell);

function routeSuite(shell: HostShell): void {
  const test = suite(`host program: routes, ${shell}`);
  let sandbox: HostSandbox;
  const sh = (script: string): string => sandbox.output(script);
  const ours = (): readonly string[] => sh(OURS).split('\n');
  const routesFile = (...lines: readonly string[]): string =>
    `cat >/etc/route-mesh/routes <<'END'\n${lines.join('\n')}\nEND\n`;

  test.before.each(async () => {
    sandbox = await openHostSandbox({ shell });
    sh(installScript(sandboxFiles(2, shell)));
    sh(RECONCILE);
  });
  test.after.each(() => sandbox.remove());

  test('adds what the file names, and the second time does nothing', () => {
    assert.equal(ours(), ALL_OURS);
    const [before, after] = [sh('ip route'), sh(`${RECONCILE}; ip route`)];
    assert.is(after, before);
  });

  test('replaces a changed next hop, adds a new route, removes one that is named no more', () => {
    sh(routesFile('h2 10.208.4.0/22 via 10.99.0.20', 'h4 10.208.12.0/22 via 10.99.0.4'));
    sh(RECONCILE);
    assert.equal(ours(), [
      '10.208.4.0/22 via 10.99.0.20 dev eth0 metric 4213',
      '10.208.12.0/22 via 10.99.0.4 dev eth0 metric 4213',
    ]);
  });

  test('a type changes where there was a next hop, and back', () => {
    sh(routesFile('h2 unreachable 10.208.4.0/22'));
    sh(RECONCILE);
    assert.equal(ours(), ['unreachable 10.208.4.0/22 metric 4213']);
    sh(routesFile('h2 10.208.4.0/22 via 10.99.0.2'));
    sh(RECONCILE);
    assert.equal(ours(), ['10.208.4.0/22 via 10.99.0.2 dev eth0 metric 4213']);
  });

  test('a route of ours with another metric gives way to the one that is wanted', () => {
    sh('ip route add 10.208.4.0/22 via 10.99.0.9 proto 213 metric 7');
    sh(RECONCILE);
    assert.equal(ours(), ALL_OURS);
  });

  test('routes of others stay, whatever they lead to', () => {
    sh(`ip route add 10.208.4.0/22 via 10.99.0.9 proto static metric 50
ip route add 10.208.16.0/22 via 10.99.0.9 proto 99
ip route add 10.208.20.0/22 via 10.99.0.9 proto 213 table 77
ip route add default via 10.99.0.9`);
    const before = sh('ip route show table all');
    sh(RECONCILE);
    assert.is(sh('ip route show table all'), before);
    sh('. /etc/route-mesh/route-mesh-host.sh; remove_routes');
    assert.is(sh('ip route show proto 213'), '');
    assert.is(sh('ip route show table 77'), '10.208.20.0/22 via 10.99.0.9 dev eth0 proto 213');
    assert.is(sh('ip route | wc -l'), '4');
  });

  test('a next hop outside every connected prefix is reached by onlink', () => {
    sh(routesFile('h2 10.208.4.0/22 via 172.31.1.1 dev eth0 onlink'));
    sh(RECONCILE);
    assert.equal(ours(), ['10.208.4.0/22 via 172.31.1.1 dev eth0 metric 4213 onlink']);
    const before = sh('ip route');
    assert.is(sh(`${RECONCILE}; ip route`), before);
  });

  test('a renamed interface changes nothing', () => {
    sh('ip link set eth0 down; ip link set eth0 name lan0; ip link set lan0 up');
    sh(RECONCILE);
    const renamed = ALL_OURS.map((route) => route.replace('eth0', 'lan0'));
    assert.equal(ours(), renamed);
    const before = sh('ip route');
    assert.is(sh(`${RECONCILE}; ip route`), before);
  });

  test('a next hop whose link is down is told, the others are routed, and it comes back with the link', () => {
    sh('ip link add eth1 type veth peer name other; ip addr add 10.98.0.1/24 dev eth1');
    sh(routesFile('h4 10.208.12.0/22 via 10.98.0.2', 'h3 10.208.8.0/22 via 10.99.0.3'));
    const { code, stderr } = sandbox.run(RECONCILE);
    assert.is(code, 1);
    assert.match(stderr, 'route replace 10.208.12.0/22 via 10.98.0.2 metric 4213:');
    assert.equal(ours(), ['10.208.8.0/22 via 10.99.0.3 dev eth0 metric 4213']);
    sh(`ip link set other up; ip link set eth1 up; ${RECONCILE}`);
    assert.is(ours().length, 2);
  });

  test.run();
}

const test = suite('host program: an ip that knows no protocols');

test('removing our routes leaves those of others, even where ip is busybox’s and shows all as ours', async () => {
  const sandbox = await openHostSandbox({ shell: 'busybox' });
  try {
    sandbox.output(installScript(sandboxFiles()));
    sandbox.output('ip route add 198.51.100.0/24 via 10.99.0.9');
    const before = sandbox.output('ip route');
    sandbox.run('unset -f ip; . /etc/route-mesh/route-mesh-host.sh; remove_routes');
    assert.is(sandbox.output('ip route'), before);
  } finally {
    await sandbox.remove();
  }
});

test.run();
