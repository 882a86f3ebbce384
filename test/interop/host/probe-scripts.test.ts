import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  renderCollectScript,
  renderPingScript,
  renderPrepareScript,
} from '../../../src/render/probe-scripts.ts';
import {
  HOST_SHELLS,
  type HostSandbox,
  type HostShell,
  openHostSandbox,
} from '../../support/host-sandbox.ts';
import { skipUnlessRoot } from '../../support/skip.ts';

skipUnlessRoot();

const NONCE = '0123456789ab';

/** A network namespace as a container has: eth0 at 10.208.N.2, the host's end at .1; prints the process in it. */
function addEndpoint(number: number, mtu: number): string {
  return `unshare -n sleep 300 >/dev/null 2>&1 </dev/null & pid=$!
until [ "$(readlink /proc/$pid/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do sleep 0.05; done
ip link add host${number} mtu ${mtu} type veth peer name eth0 mtu ${mtu} netns $pid
ip addr add 10.208.${number}.1/24 dev host${number}; ip link set host${number} up
/usr/bin/nsenter -t $pid -n sh -c 'ip() { $(command -v /usr/sbin/ip || command -v /sbin/ip) "$@"; }
ip addr add 10.208.${number}.2/24 dev eth0; ip link set eth0 up; ip route add default via 10.208.${number}.1'
echo $pid`;
}

for (const shell of HOST_SHELLS) probeSuite(shell);

/** busybox's ping, which its shell takes here, cannot forbid fragments: then the path's MTU is not known. */
function knowsPathMtu(shell: HostShell): boolean {
  return shell !== 'busybox';
}

function probeSuite(shell: HostShell): void {
  const test = suite(`probe scripts, ${shell}`);
  let sandbox: HostSandbox;
  let near = 0;
  let far = 0;
  const farAddress = '10.208.4.2';

  const prepareFar = (): Readonly<Record<string, string>> => {
    const script = renderPrepareScript(NONCE, { pid: far, address: farAddress });
    const lines = sandbox.output(script).split('\n');
    return Object.fromEntries(lines.map((line) => [line.split(' ')[0] ?? '', line]));
  };
  const ping = (...targets: readonly string[]): readonly string[] =>
    sandbox
      .output(renderPingScript(near, 1500, targets))
      .split('\n')
      .sort();

  test.before.each(async () => {
    sandbox = await openHostSandbox({ shell });
    sandbox.output('echo 1 >/proc/sys/net/ipv4/ip_forward; iptables -t nat -F');
    near = Number(sandbox.output(addEndpoint(0, 1500)));
    far = Number(sandbox.output(addEndpoint(4, 1400)));
  });
  test.after.each(() => sandbox.remove());

  test('an endpoint says its address and its MTU', () => {
    const said = prepareFar();
    assert.is(said['@endpoint'], `@endpoint ${far} 10.208.4.2 1400`);
    assert.is(said['@watching'], '@watching yes');
  });

  test('packets, their time, the path’s MTU, and the source that arrived', () => {
    const cleaner = prepareFar()['@cleaner']?.split(' ')[1];
    const [answered = '', silent] = ping(farAddress, '10.208.4.9');
    assert.match(answered, knowsPathMtu(shell) ? /^@ping 10\.208\.4\.2 3 [0-9.]+ 1400$/ : / 3 [0-9.]+ -$/);
    assert.is(silent, '@ping 10.208.4.9 0 - -');
    const collected = sandbox.output(renderCollectScript(NONCE, false, cleaner));
    assert.equal(collected.split('\n'), ['@seen 10.208.0.2']);
  });

  test('a rewritten source is seen', () => {
    sandbox.output('iptables -t nat -A POSTROUTING -s 10.208.0.0/24 -j MASQUERADE');
    const cleaner = prepareFar()['@cleaner']?.split(' ')[1];
    ping(farAddress);
    assert.is(sandbox.output(renderCollectScript(NONCE, false, cleaner)), '@seen 10.208.4.1');
  });

  if (knowsPathMtu(shell)) {
    test('a path that loses large packets in silence is measured by halving', () => {
      sandbox.output('iptables -A FORWARD -s 10.208.0.0/24 -m length --length 1301: -j DROP');
      const [answered = ''] = ping(farAddress);
      const size = Number(/(\d+)$/.exec(answered)?.[1]);
      assert.ok(size > 1290 && size <= 1300, answered);
    });
  }

  test('collecting leaves no table and no process', () => {
    const cleaner = prepareFar()['@cleaner']?.split(' ')[1];
    sandbox.output(renderCollectScript(NONCE, false, cleaner));
    assert.is(sandbox.output('nft list tables | grep -c probe || :'), '0');
    sandbox.output('sleep 0.2');
    const sleepers = sandbox.output(
      `for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline 2>/dev/null; echo; done | grep -c '[s]leep 300' || :`,
    );
    assert.is(sleepers, '2', 'the two endpoints alone');
  });

  test('what is missing on a host is said', () => {
    const gone = sandbox.run(renderPrepareScript(NONCE, { pid: 99999, address: '10.208.4.2' }));
    assert.is(gone.stdout, '@error the container ended\n');
    assert.is(gone.code, 1);
  });

  test.run();
}
