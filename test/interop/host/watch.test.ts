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

const START = 'setsid sh /etc/route-mesh/route-mesh-host.sh watch >/run/watch.log 2>&1 </dev/null &';
/** Command lines of the sandbox's processes, but its first one and the shell that looks. */
const PROCESSES = `for p in /proc/[0-9]*; do
  [ "$p" = /proc/1 ] || [ "$p" = /proc/$$ ] || { tr '\\0' ' ' <$p/cmdline; echo; } 2>/dev/null
done >/run/processes; cat /run/processes`;

/**
 * A script that waits until a condition holds, and fails when it does not come. It is patient, for the machine may be
 * busy, but gives up before the watcher's tick would mend all by itself.
 */
function until(condition: string): string {
  return `n=0; until ${condition}; do n=$((n + 1)); [ $n -le 300 ] || exit 1; sleep 0.05; done`;
}

const WHOLE = `[ "$(ip -4 route show proto 213 | wc -l)" = 3 ]`;

for (const shell of HOST_SHELLS) watchSuite(shell);

function watchSuite(shell: HostShell): void {
  const test = suite(`host program: watch, ${shell}`);
  let sandbox: HostSandbox;
  const sh = (script: string): string => sandbox.output(script);

  test.before.each(async () => {
    sandbox = await openHostSandbox({ shell });
    sh(`${installScript(sandboxFiles(2, shell))}\n${START}`);
    sh(until(`${WHOLE} && [ -f /run/route-mesh/firewall.loaded ]`));
    sh('sleep 0.3');
  });
  test.after.each(() => sandbox.remove());

  test('report sees it', () => {
    assert.match(sh('sh /etc/route-mesh/route-mesh-host.sh report'), 'watcher yes');
  });

  test('a route deleted is back by itself, before the tick', () => {
    sh('ip route del 10.208.4.0/22');
    sh(until(WHOLE));
  });

  for (const [what, flush] of [
    ['iptables -F', 'iptables -F; iptables -t raw -F'],
    ['nft flush ruleset', 'nft flush ruleset'],
  ]) {
    test(`rules that ${what} took are back by itself, before the tick`, () => {
      const rules = 'nft list table ip route_mesh; iptables -S ROUTE-MESH; iptables -t raw -S PREROUTING';
      const before = sh(rules);
      sh(`${flush}; ${until('iptables -t raw -C PREROUTING -j ROUTE-MESH 2>/dev/null')}; sleep 0.3`);
      assert.is(sh(rules), before);
    });
  }

  test('the link goes down and comes up: the routes come with it', () => {
    sh('ip link set eth0 down');
    assert.is(sh('ip -4 route show proto 213 | wc -l'), '1');
    sh('ip link set eth0 up');
    sh(until(WHOLE));
  });

  test('a hundred events at once leave it alive and the routes whole', () => {
    sh(`for n in $(seq 100); do echo "route add 198.51.100.$n/32 via 10.99.0.9"; done | ip -batch -
for n in $(seq 100); do echo "route del 198.51.100.$n/32 via 10.99.0.9"; done | ip -batch -
ip route del 10.208.8.0/22`);
    sh(until(WHOLE));
    assert.match(sh('sh /etc/route-mesh/route-mesh-host.sh report'), 'watcher yes');
  });

  test('its ip monitor dies: routes are watched again after the next tick at the latest', () => {
    sh(`for p in /proc/[0-9]*; do grep -q monitor $p/cmdline 2>/dev/null && kill \${p#/proc/}; done
echo tick >/run/route-mesh/events; sleep 0.5; ip route del 10.208.8.0/22`);
    sh(until(WHOLE));
  });

  test('it ends on TERM, with no process and no mark of it left', () => {
    sh('kill "$(cat /run/route-mesh/watch.pid)"');
    sh(until('[ ! -e /run/route-mesh/watch.pid ]'));
    sh('sleep 0.2');
    assert.is(sh(PROCESSES), '');
    assert.match(sh('sh /etc/route-mesh/route-mesh-host.sh report'), 'watcher no');
  });

  test.run();
}
