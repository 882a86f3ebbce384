/** Whether systemd-networkd would delete routes that it did not set; networkd.conf(5), ManageForeignRoutes=. */
import { type Fact, parseEntries, restOf, restsOf } from './fact.ts';

const SECTION = 'networkd';

const command = String.raw`
have systemctl || return 0
echo "active $(systemctl is-active systemd-networkd.service)"
grep -E '^[[:space:]]*ManageForeignRoutes[[:space:]]*=' /dev/null \
  /usr/lib/systemd/networkd.conf /usr/local/lib/systemd/networkd.conf /run/systemd/networkd.conf \
  /etc/systemd/networkd.conf /usr/lib/systemd/networkd.conf.d/*.conf /lib/systemd/networkd.conf.d/*.conf \
  /usr/local/lib/systemd/networkd.conf.d/*.conf /run/systemd/networkd.conf.d/*.conf \
  /etc/systemd/networkd.conf.d/*.conf | sed 's/^/setting /'
`;

type Setting = { readonly rank: string; readonly folder: string; readonly value: string };

/** Files above others: /etc, then /run, /usr/local/lib, /usr/lib; systemd's CONF_PATHS. */
const FOLDERS = ['/lib', '/usr/lib', '/usr/local/lib', '/run', '/etc'];

function parseSetting(text: string): readonly Setting[] {
  const match =
    /^(\/\S*?)\/systemd\/(networkd\.conf(?:\.d\/([^:]+))?):\s*ManageForeignRoutes\s*=\s*(\S*)/.exec(text);
  const [, folder, , dropIn, value] = match ?? [];
  if (folder === undefined || value === undefined) return [];
  // Any drop-in overrides the main file; among drop-ins the later file name does.
  return [{ rank: dropIn === undefined ? '' : `.${dropIn}`, folder, value }];
}

/** Last of all settings in systemd's order; a file in a higher folder hides its namesake in a lower one. */
function effective(settings: readonly Setting[]): string {
  const order = (one: Setting, other: Setting): number => {
    if (one.rank !== other.rank) return one.rank < other.rank ? -1 : 1;
    return FOLDERS.indexOf(one.folder) - FOLDERS.indexOf(other.folder);
  };
  return settings.toSorted(order).at(-1)?.value ?? '';
}

/** The default is yes. An empty value is the default again. */
function parse(lines: readonly string[]): boolean {
  const entries = parseEntries(lines);
  const value = effective(restsOf(entries, 'setting').flatMap(parseSetting));
  return restOf(entries, 'active') === 'active' && !/^(?:no|n|false|f|off|0)$/i.test(value);
}

export const networkdFact: Fact<boolean> = { section: SECTION, command, parse };
