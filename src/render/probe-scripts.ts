/**
 * Three scripts for `verify`: prepare an endpoint on each host, ping from it, look at what arrived and clean up.
 * An endpoint is the network namespace of a container: of one that runs, or of a probe container made from the host's
 * own files, which needs no image from anywhere. So the packets meet every rule that a container's packets meet.
 */
import { quoteWord } from './change-script.ts';

/** A container that runs already; its process id leads to its namespace. */
export type Endpoint = { readonly pid: number; readonly address: string };

const IMAGE = 'route-mesh-probe';

/** Seconds after which a probe ends by itself, should the operator vanish. */
const LIFETIME = 300;

function tableName(nonce: string): string {
  return `route_mesh_probe_${nonce}`;
}

/** Removes everything that `prepare` made, in one line. */
function discard(nonce: string, ownsContainer: boolean): string {
  const table = `nft delete table ip ${tableName(nonce)} 2>/dev/null`;
  if (!ownsContainer) return table;
  return `${table}; docker rm -f route-mesh-probe-${nonce} >/dev/null 2>&1; docker rmi ${IMAGE} >/dev/null 2>&1`;
}

/** An empty image with the host's own programs mounted into it, read-only. */
function startProbeContainer(nonce: string): string {
  return `docker image inspect ${IMAGE} >/dev/null 2>&1 ||
  head -c 10240 /dev/zero | docker import - ${IMAGE} >/dev/null || fail 'docker import failed'
mounts=
for folder in /bin /usr /lib /lib32 /lib64 /nix; do
  [ ! -d "$folder" ] || mounts="$mounts -v $folder:$folder:ro"
done
# shellcheck disable=SC2086
id=$(docker run -d --rm --name route-mesh-probe-${nonce} --network bridge --cap-drop ALL --log-driver none \\
  $mounts --entrypoint /bin/sleep ${IMAGE} ${LIFETIME} 2>&1) || fail "no probe container: $(echo "$id" | tail -n 1)"
pid=$(docker inspect --format '{{.State.Pid}}' "$id")
address=$(docker inspect --format '{{.NetworkSettings.IPAddress}}' "$id" 2>/dev/null)
[ -n "$address" ] || address=$(docker inspect --format '{{.NetworkSettings.Networks.bridge.IPAddress}}' "$id")
`;
}

/** Sees packets after all address translation, just before they reach the container. */
function startWatching(nonce: string, ownsContainer: boolean): string {
  const table = tableName(nonce);
  return `if nft -f - 2>/dev/null <<NFT
table ip ${table} {
  set seen { type ipv4_addr; flags dynamic, timeout; timeout 5m; }
  chain arriving {
    type filter hook postrouting priority 300; policy accept;
    ip daddr $address icmp type echo-request add @seen { ip saddr }
  }
}
NFT
then echo "@watching yes"; else echo "@watching no"; fi
setsid sh -c 'sleep ${LIFETIME}; ${discard(nonce, ownsContainer)}' >/dev/null 2>&1 </dev/null &
echo "@cleaner $!"
`;
}

/**
 * Prepares the endpoint. Prints `@endpoint PID ADDRESS MTU`, `@watching yes|no`, `@cleaner PID`, or `@error TEXT`.
 */
export function renderPrepareScript(nonce: string, running: Endpoint | undefined): string {
  const endpoint =
    running === undefined
      ? startProbeContainer(nonce)
      : `pid=${running.pid}\naddress=${quoteWord(running.address)}\n`;
  return `fail() { echo "@error $*"; exit 1; }
command -v nsenter >/dev/null || fail 'nsenter is missing (package util-linux)'
command -v ping >/dev/null || fail 'ping is missing (package iputils-ping)'
${endpoint}[ -d "/proc/$pid" ] || fail 'the container ended'
mtu=$(nsenter -t "$pid" -n ip -o link show dev eth0 2>/dev/null | sed -n 's/.* mtu \\([0-9]*\\).*/\\1/p')
echo "@endpoint $pid $address \${mtu:-1500}"
${startWatching(nonce, running === undefined)}`;
}

/**
 * Pings every target from the endpoint, all at once. For each prints
 * `@ping ADDRESS RECEIVED RTT_MS MTU`; RTT is `-` when nothing came back, MTU is `-` when it could not be found.
 * Path MTU by RFC 1191: packets with DF as large as the container's own MTU; the routers' answers say what would fit.
 */
export function renderPingScript(pid: number, mtu: number, targets: readonly string[]): string {
  return `folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
inside() { nsenter -t ${pid} -n "$@"; }
fits() { inside ping -n -c 1 -W 1 -M do -s $(($2 - 28)) "$1" 2>&1; }
# "Frag needed and DF set (mtu = 1400)" of a router, "message too long, mtu=1400" or "mtu: 1400" of the own kernel.
told() { echo "$1" | sed -n 's/.*mtu *[=:] *\\([0-9][0-9]*\\).*/\\1/p' | head -n 1; }
path_mtu() {
  size=${mtu}
  for try in 1 2 3 4; do
    said=$(fits "$1" "$size") && { echo "$size"; return; }
    next=$(told "$said")
    if [ -z "$next" ]; then
      # The first packet over a smaller hop is lost, the kernel knows better from then on; a second one tells.
      said=$(fits "$1" "$size") && { echo "$size"; return; }
      next=$(told "$said")
    fi
    [ -n "$next" ] && [ "$next" -lt "$size" ] || break
    size=$next
  done
  # No router said anything: a black hole. Halve the interval until it is found.
  low=576 high=$size
  fits "$1" $low >/dev/null || { echo -; return; }
  while [ $((high - low)) -gt 8 ]; do
    middle=$(((low + high) / 2))
    if fits "$1" $middle >/dev/null; then low=$middle; else high=$middle; fi
  done
  echo "$low"
}
probe() {
  inside ping -n -q -c 3 -i 0.2 -W 1 "$1" >"$folder/$1" 2>&1 ||
    inside ping -q -c 3 -W 1 "$1" >"$folder/$1" 2>&1
  received=$(sed -n 's/.*transmitted, \\([0-9]*\\).*received.*/\\1/p' "$folder/$1")
  rtt=$(sed -n 's,.*min/avg/max[^=]*= *[0-9.]*/\\([0-9.]*\\)/.*,\\1,p' "$folder/$1")
  size=-
  [ "\${received:-0}" = 0 ] || size=$(path_mtu "$1")
  echo "@ping $1 \${received:-0} \${rtt:--} $size" >"$folder/$1.result"
}
for target in ${targets.map(quoteWord).join(' ')}; do probe "$target" & done
wait
cat "$folder"/*.result 2>/dev/null
:
`;
}

/** Prints `@seen ADDRESS` for every source that pinged the endpoint, and removes what `prepare` made. */
export function renderCollectScript(
  nonce: string,
  ownsContainer: boolean,
  cleaner: string | undefined,
): string {
  const table = tableName(nonce);
  const stop =
    cleaner === undefined ? '' : `kill -- -${cleaner} 2>/dev/null || kill ${cleaner} 2>/dev/null\n`;
  return `nft list set ip ${table} seen 2>/dev/null | tr ',{}' '\\n\\n\\n' |
  sed -n 's/^[[:space:]]*\\([0-9][0-9.]*\\)[[:space:]].*/@seen \\1/p; s/^[[:space:]]*\\([0-9][0-9.]*\\)$/@seen \\1/p'
${discard(nonce, ownsContainer)}
${stop}:
`;
}
