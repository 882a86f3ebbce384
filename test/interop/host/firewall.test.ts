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
const REPORT = 'sh /etc/route-mesh/route-mesh-host.sh report';
/** Everything that filters or translates, without packet counters. */
const RULES = `nft -s list ruleset | sed 's/counter packets [0-9]* bytes [0-9]*/counter/'`;

for (const shell of HOST_SHELLS) firewallSuite(shell);

function firewallSuite(shell: HostShell): void {
  const test = suite(`host program: firewall, ${shell}`);
  let sandbox: HostSandbox;
  let untouched = '';
  const sh = (script: string): string => sandbox.output(script);
  const withFunctions = (script: string): string => sh(`. /etc/route-mesh/route-mesh-host.sh; ${script}`);
  const reportOf = (word: string): readonly string[] =>
    sh(REPORT)
      .split('\n')
      .filter((line) => line.startsWith(word));

  test.before.each(async () => {
    sandbox = await openHostSandbox({ shell });
    untouched = sh(RULES);
    sh(installScript(sandboxFiles(2, shell)));
    sh(RECONCILE);
  });
  test.after.each(() => sandbox.remove());

  test('loading twice leaves what loading once does', () => {
    const once = sh(RULES);
    assert.is(withFunctions('load_firewall; nft -s list ruleset >/dev/null') + sh(RULES), once);
    assert.equal(reportOf('firewall'), ['firewall intact']);
  });

  test('nothing is loaded where everything is there', () => {
    sh('cp -p /run/route-mesh/firewall.loaded /run/before');
    sh(RECONCILE);
    assert.is(sh('find /run/route-mesh/firewall.loaded -newer /run/before'), '');
  });

  test('removing leaves the rules of before, with no raw table where there was none', () => {
    sh('mkdir -p /var/lib/route-mesh/original; : >/var/lib/route-mesh/original/raw.absent');
    withFunctions('remove_firewall');
    assert.is(sh(RULES), untouched);
  });

  test('a raw table of others stays, with their rules', () => {
    sh('mkdir -p /var/lib/route-mesh/original; : >/var/lib/route-mesh/original/raw.absent');
    sh('iptables -t raw -A PREROUTING -s 192.0.2.1 -j DROP');
    withFunctions('remove_firewall');
    assert.is(
      sh('iptables -t raw -S PREROUTING'),
      '-P PREROUTING ACCEPT\n-A PREROUTING -s 192.0.2.1/32 -j DROP',
    );
  });

  test('removing twice, and before anything was loaded, is no error', () => {
    withFunctions('remove_firewall; remove_firewall');
    assert.is(sh('iptables -S | grep -c ROUTE-MESH || :'), '0');
  });

  for (const [what, script, told] of [
    [
      'a rule deleted',
      'iptables -F ROUTE-MESH',
      'gone: filter -A ROUTE-MESH -s 10.208.0.0/16 -d 10.208.0.0/22 -j ACCEPT',
    ],
    ['a rule added', 'iptables -A ROUTE-MESH -j DROP', 'new: filter -A ROUTE-MESH -j DROP'],
    ['the jump deleted', 'iptables -D DOCKER-USER -j ROUTE-MESH', 'gone: filter DOCKER-USER'],
    ['the raw jump deleted', 'iptables -t raw -D PREROUTING -j ROUTE-MESH', 'gone: raw PREROUTING'],
    ['the nft table deleted', 'nft delete table ip route_mesh', 'gone: table ip route_mesh {'],
    ['everything flushed', 'nft flush ruleset', 'gone: table ip route_mesh {'],
  ] as const) {
    test(`${what}: told by report, mended by reconcile`, () => {
      sh(script);
      assert.equal(reportOf('firewall ')[0], 'firewall changed');
      const differences = reportOf('firewall-difference').join('\n');
      assert.match(differences, `firewall-difference ${told}`);
      sh(RECONCILE);
      assert.equal(reportOf('firewall'), ['firewall intact']);
    });
  }

  test('rules of others come and go around ours without being called a change', () => {
    sh(`iptables -I DOCKER-USER 1 -s 192.0.2.66 -j DROP
iptables -t raw -I PREROUTING 1 -s 192.0.2.67 -j DROP
iptables -t nat -I POSTROUTING 1 -s 172.20.0.0/16 -j MASQUERADE
iptables -I FORWARD 1 -j ACCEPT`);
    assert.equal(reportOf('firewall'), ['firewall intact']);
  });

  test('with FORWARD flushed our chain hangs in FORWARD, and moves back when Docker is', () => {
    sh(`iptables -F FORWARD; ${RECONCILE}`);
    assert.match(sh('iptables -S FORWARD'), '-A FORWARD -j ROUTE-MESH');
    sh(`iptables -A FORWARD -j DOCKER-USER; ${RECONCILE}`);
    assert.not.match(sh('iptables -S FORWARD'), 'ROUTE-MESH');
    assert.match(sh('iptables -S DOCKER-USER'), '-j ROUTE-MESH');
  });

  test('with Docker’s own nftables tables the mark does the work, and iptables is left empty', () => {
    sh(`nft add table ip docker-bridges; ${RECONCILE}`);
    assert.match(sh('nft list table ip route_mesh'), 'meta mark set');
    assert.is(sh('iptables -S; iptables -t raw -S').includes('ROUTE-MESH'), false);
    assert.equal(reportOf('firewall'), ['firewall intact']);
    sh(`nft delete table ip docker-bridges; ${RECONCILE}`);
    assert.match(sh('iptables -S DOCKER-USER'), '-j ROUTE-MESH');
  });

  test('without a usable nft, a nat chain of iptables is held above Docker’s rules', () => {
    // A file that nft refuses stands for a kernel or an nft that cannot do it.
    sh(`echo nonsense >/etc/route-mesh/nat.nft; nft delete table ip route_mesh; ${RECONCILE}`);
    const first = (): string => sh("iptables -t nat -S POSTROUTING | sed -n '2p'");
    assert.is(first(), '-A POSTROUTING -j ROUTE-MESH');
    sh('iptables -t nat -I POSTROUTING 1 -s 10.208.1.0/27 -j MASQUERADE');
    assert.equal(reportOf('firewall ')[0], 'firewall changed');
    sh(RECONCILE);
    assert.is(first(), '-A POSTROUTING -j ROUTE-MESH');
    sh('mkdir -p /var/lib/route-mesh/original; : >/var/lib/route-mesh/original/raw.absent');
    withFunctions('remove_firewall');
    assert.not.match(sh('nft -s list ruleset'), 'ROUTE-MESH');
  });

  test('report on a host where nothing was loaded says so', () => {
    sh('rm -rf /run/route-mesh');
    assert.equal(sh(REPORT).split('\n'), ['firewall absent', 'watcher no', 'boot-hook no']);
  });

  test.run();
}
