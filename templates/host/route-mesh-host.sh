#!/bin/sh
# The part of route-mesh that lives on a host. It makes the kernel agree with the plain files beside it and needs
# nobody: no operator, no network, nothing but POSIX sh, awk, iproute2 and the firewall tools Docker itself uses.
#
#   reconcile               load what is missing of routes and firewall, remove what is ours and no longer wanted
#   watch                   reconcile at start, on every link, address and route event, and each half minute
#   report                  what differs, for the facts of the operator
#
# route-mesh-change.sh, which changes the files, reads this file for its functions.
# Only what carries our mark is ever changed: routes of protocol 213, the chains ROUTE-MESH, the nft table route_mesh.
set -u
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

ETC=/etc/route-mesh
STATE=/var/lib/route-mesh
RUN=/run/route-mesh
PROTOCOL=213
METRIC=4213
CHAIN=ROUTE-MESH
TABLE=route_mesh

have() { command -v "$1" >/dev/null 2>&1; }
say() { printf '%s\n' "$*"; }
ip_is_iproute2() { case $(ip -V 2>&1) in *iproute2*) ;; *) return 1 ;; esac; }
conf() { sed -n "s/^$1=//p" "$ETC/mesh.conf" 2>/dev/null; }
docker_pid() { pid=$(cat /var/run/docker.pid 2>/dev/null) && kill -0 "$pid" 2>/dev/null && say "$pid"; }

# ── routes ──────────────────────────────────────────────────────────────────────────────────────────────────────────

# Prints "replace ARGUMENTS" and "del ARGUMENTS" for `ip route`; nothing when the kernel has just what the file wants.
# An interface counts only where the file names one: a renamed interface must not make a route look wrong.
route_changes() {
  { sed -e 's/#.*//' -e 's/^/want /' "$ETC/routes" 2>/dev/null
    ip -4 route show table main proto "$PROTOCOL" 2>/dev/null | sed 's/^/have - /'
  } | awk -v metric="$METRIC" '
    NF < 3 { next }
    {
      i = 3; type = "unicast"
      if ($3 == "unreachable" || $3 == "blackhole" || $3 == "prohibit") { type = $3; i = 4 }
      destination = $i; sub(/\/32$/, "", destination)
      via = ""; dev = ""; onlink = ""; found = "0"
      for (i++; i <= NF; i++) {
        if ($i == "via") via = $(i + 1)
        if ($i == "dev") dev = $(i + 1)
        if ($i == "metric") found = $(i + 1)
        if ($i == "onlink") onlink = "onlink"
      }
      if ($1 == "want") {
        order[++count] = destination
        want_type[destination] = type; want_via[destination] = via; want_dev[destination] = dev
        want_onlink[destination] = onlink
      } else {
        arguments = (type == "unicast" ? "" : type " ") destination (via == "" ? "" : " via " via) " metric " found
        if (!(destination in want_type)) { print "del " arguments; next }
        same = type == want_type[destination] && via == want_via[destination] && found == metric
        same = same && onlink == want_onlink[destination]
        same = same && (want_dev[destination] == "" || want_dev[destination] == dev)
        if (same) present[destination] = 1
        else if (found != metric) print "del " arguments
      }
    }
    END {
      for (n = 1; n <= count; n++) {
        d = order[n]
        if (d in present) continue
        line = "replace " (want_type[d] == "unicast" ? "" : want_type[d] " ") d
        if (want_via[d] != "") line = line " via " want_via[d]
        if (want_dev[d] != "") line = line " dev " want_dev[d]
        if (want_onlink[d] != "") line = line " onlink"
        print line " metric " metric
      }
    }'
}

reconcile_routes() {
  route_changes >"$RUN/route-changes" || return 1
  failed=0
  while read -r verb arguments; do
    # shellcheck disable=SC2086 # arguments are words for ip
    ip -4 route "$verb" $arguments proto "$PROTOCOL" 2>"$RUN/route-error" && continue
    say "route $verb $arguments: $(tr '\n' ' ' <"$RUN/route-error")" >&2
    failed=1
  done <"$RUN/route-changes"
  return $failed
}

# busybox's ip passes over `proto`, and would flush every route: it is never asked to.
remove_routes() {
  ip_is_iproute2 || return 0
  ip -4 route flush table main proto "$PROTOCOL" 2>/dev/null || :
}

# ── firewall ────────────────────────────────────────────────────────────────────────────────────────────────────────

xtables() { iptables -w 10 "$@"; }

# Docker >= 29 with "firewall-backend": "nftables" has this table and no DOCKER-USER (moby 29.0).
docker_uses_nftables() { nft list table ip docker-bridges >/dev/null 2>&1; }

# Where our filter chain hangs: Docker's own hook for operators, or FORWARD while that hook is not in use
# ("iptables": false, or somebody flushed FORWARD while dockerd runs).
filter_parent() {
  if xtables -S FORWARD 2>/dev/null | grep -q -- '-j DOCKER-USER'; then say DOCKER-USER; else say FORWARD; fi
}

# nft can hold a nat chain beside iptables' only since Linux 4.18; the trial load tells.
nft_usable() { have nft && nft -c -f "$ETC/nat.nft" >/dev/null 2>&1; }

# The rule files in force on this host, now: Docker may have been upgraded since the last sync.
firewall_files() {
  if ! nft_usable; then say filter.iptables nat.iptables
  elif docker_uses_nftables; then say nat-marked.nft
  else say filter.iptables nat.nft
  fi
}

# Everything of ours that the kernel holds, as its tools print it; a rule, a jump or its place changed by anybody shows.
firewall_dump() {
  ! have nft || nft -s list table ip "$TABLE" 2>/dev/null
  have iptables || return 0
  for table in raw filter nat; do xtables -t "$table" -S "$CHAIN" 2>/dev/null | sed "s/^/$table /"; done
  for place in 'raw PREROUTING' 'filter DOCKER-USER' 'filter FORWARD' 'nat POSTROUTING'; do
    xtables -t "${place% *}" -S "${place#* }" 2>/dev/null | grep -n -- "-j $CHAIN" | head -n 1 | sed "s/^/$place /"
  done
  say "parent $(filter_parent)"
}

# Position in a chain counts only in nat: Docker inserts its masquerade rules on top (moby#3842).
firewall_state() {
  files=$(firewall_files)
  # shellcheck disable=SC2086 # a list of file names
  say "files $files $(cd "$ETC" && cat $files | sha256sum)"
  firewall_dump | sed -e '/^raw PREROUTING/s/ [0-9]*:/ /' -e '/^filter [DF][^ ]* [0-9]/s/ [0-9]*:/ /'
}

drop_jump() { while xtables -t "$1" -D "$2" -j "$CHAIN" 2>/dev/null; do :; done; }
put_jump() { xtables -t "$1" -C "$2" -j "$CHAIN" 2>/dev/null || xtables -t "$1" -I "$2" 1 -j "$CHAIN"; }

load_iptables_filter() {
  iptables-restore -w 10 -n <"$ETC/filter.iptables" || return 1
  put_jump raw PREROUTING || return 1
  parent=$(filter_parent)
  put_jump filter "$parent" || return 1
  [ "$parent" = FORWARD ] || drop_jump filter FORWARD
}

load_iptables_nat() {
  iptables-restore -w 10 -n <"$ETC/nat.iptables" || return 1
  drop_jump nat POSTROUTING
  xtables -t nat -I POSTROUTING 1 -j "$CHAIN"
}

remove_iptables_chain() { # TABLE
  xtables -t "$1" -F "$CHAIN" 2>/dev/null && xtables -t "$1" -X "$CHAIN" 2>/dev/null
  return 0
}

# Docker <= 26 leaves what comes from outside to firewalld's zones, and those reject it; from 27.0 on Docker brings a
# policy of its own. A policy becomes known to the running firewalld only by a reload, which wipes iptables chains:
# so this comes before they are loaded.
ensure_firewalld_policy() {
  have firewall-cmd && firewall-cmd --state >/dev/null 2>&1 || return 0
  policies=" $(firewall-cmd --permanent --get-policies 2>/dev/null) "
  case $policies in *' route-mesh '* | *' docker-forwarding '*) return 0 ;; esac
  pool=$(conf pool)
  rule="rule family=ipv4 source address=$pool destination address=$pool accept"
  firewall-cmd -q --permanent --new-policy route-mesh &&
    firewall-cmd -q --permanent --policy route-mesh --add-ingress-zone ANY &&
    firewall-cmd -q --permanent --policy route-mesh --add-egress-zone ANY &&
    firewall-cmd -q --permanent --policy route-mesh --set-priority -100 &&
    firewall-cmd -q --permanent --policy route-mesh --add-rich-rule "$rule" &&
    firewall-cmd -q --reload
}

remove_firewalld_policy() {
  have firewall-cmd && firewall-cmd --state >/dev/null 2>&1 || return 0
  case " $(firewall-cmd --permanent --get-policies 2>/dev/null) " in
    *' route-mesh '*) firewall-cmd -q --permanent --delete-policy route-mesh && firewall-cmd -q --reload ;;
  esac
}

# Writes down what the kernel shows after a good load, so that later looks need no knowledge of how this version of
# nft or iptables prints a rule.
load_firewall() {
  ensure_firewalld_policy || return 1
  files=$(firewall_files)
  for file in $files; do
    case $file in
      *.nft) nft -f "$ETC/$file" || return 1 ;;
      filter.iptables) ! have iptables || load_iptables_filter || return 1 ;;
      nat.iptables) ! have iptables || load_iptables_nat || return 1 ;;
    esac
  done
  case " $files " in
    *' nat-marked.nft '*) ! have iptables || { drop_jump raw PREROUTING; drop_jump filter DOCKER-USER
      drop_jump filter FORWARD; remove_iptables_chain raw; remove_iptables_chain filter; } ;;
  esac
  firewall_state >"$RUN/firewall.loaded"
}

firewall_is_loaded() { [ -f "$RUN/firewall.loaded" ] && firewall_state | cmp -s - "$RUN/firewall.loaded"; }
reconcile_firewall() { firewall_is_loaded || load_firewall; }

remove_firewall() {
  rm -f "$RUN/firewall.loaded"
  ! have nft || nft delete table ip "$TABLE" 2>/dev/null
  have iptables || return 0
  drop_jump raw PREROUTING; drop_jump filter DOCKER-USER; drop_jump filter FORWARD; drop_jump nat POSTROUTING
  for table in raw filter nat; do remove_iptables_chain "$table"; done
  # iptables-nft made the raw table for us; where it was not there before and is empty, it goes too.
  if [ -f "$STATE/original/raw.absent" ] && ! xtables -t raw -S 2>/dev/null | grep -qv '^-P'; then
    nft delete table ip raw 2>/dev/null
  fi
  return 0
}

# ── forwarding ──────────────────────────────────────────────────────────────────────────────────────────────────────

# dockerd turns forwarding on by itself, and sets FORWARD to DROP only when it does (moby <= 27): so it is never
# persisted and never set ahead of dockerd, only mended while dockerd runs.
reconcile_forwarding() {
  [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ] && docker_pid >/dev/null || return 0
  echo 1 >/proc/sys/net/ipv4/ip_forward && say 'net.ipv4.ip_forward was 0, set to 1' >&2
}

# ── reconcile, watch, report ────────────────────────────────────────────────────────────────────────────────────────

reconcile() (
  [ -f "$ETC/mesh.conf" ] || exit 0
  ip_is_iproute2 || { say 'ip is not the one of iproute2' >&2; exit 1; }
  umask 077
  mkdir -p "$RUN"
  ! have flock || { exec 8>>"$RUN/reconcile.lock" && flock 8; }
  result=0
  reconcile_forwarding || result=1
  reconcile_firewall || result=1
  reconcile_routes || result=1
  exit $result
)

runs() { [ -n "$1" ] && kill -0 "$1" 2>/dev/null; }

# Each prints a line for each thing that changes; started again where it is gone.
start_monitors() {
  if ! runs "$monitor"; then
    ip -o monitor link address route >"$RUN/events" 2>/dev/null &
    monitor=$!
  fi
  # iptables-nft's rules show there too; legacy iptables tells nobody, and its rules wait for the tick.
  if have nft && ! runs "$rule_monitor"; then
    nft monitor destroy >"$RUN/events" 2>/dev/null &
    rule_monitor=$!
  fi
}

# The sleep ends with it: a stopped watcher leaves no process behind.
tick() {
  sleeper=
  trap 'kill $sleeper 2>/dev/null; exit 0' TERM
  while :; do
    sleep 30 &
    sleeper=$!
    wait $sleeper
    say tick
  done
}

# The queue is drained up to a marker before each round, so that a burst of events costs one round. Links and addresses
# count, and routes and rules of ours that go; those of others may come and go by the thousand.
watch() {
  umask 077
  mkdir -p "$RUN"
  say $$ >"$RUN/watch.pid"
  rm -f "$RUN/events" && mkfifo "$RUN/events" || exit 1
  exec 3<>"$RUN/events"
  monitor=''
  rule_monitor=''
  start_monitors
  tick >"$RUN/events" &
  ticker=$!
  trap 'kill $monitor $rule_monitor $ticker 2>/dev/null; rm -f "$RUN/watch.pid"; exit 0' TERM INT HUP
  reconcile
  while read -r event <&3; do
    case $event in
      tick) start_monitors ;;
      *"$CHAIN"* | *" $TABLE"*) ;;
      *veth*) continue ;;
      *': <'* | *' inet '* | Deleted*" metric $METRIC"*) ;;
      *) continue ;;
    esac
    say drained >&3 &   # not by ourselves: the pipe may be full, and we are its reader
    while read -r event <&3 && [ "$event" != drained ]; do :; done
    # Once more: dockerd or an operator may be changing the same rules just now, and one of the two transactions fails.
    reconcile || { sleep 1; reconcile; }
  done
}

watcher_runs() {
  pid=$(cat "$RUN/watch.pid" 2>/dev/null) && [ -n "$pid" ] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null |
    grep -q 'route-mesh-host.sh watch'
}

lock_holder() { ! have flock || flock -n "$RUN/lock" true 2>/dev/null || cat "$RUN/lock"; }

report() {
  mkdir -p "$RUN"
  if [ ! -f "$RUN/firewall.loaded" ]; then say firewall absent
  elif firewall_is_loaded; then say firewall intact
  else
    say firewall changed
    firewall_state >"$RUN/firewall.now"
    grep -vxF -f "$RUN/firewall.now" "$RUN/firewall.loaded" | sed 's/^/firewall-difference gone: /'
    grep -vxF -f "$RUN/firewall.loaded" "$RUN/firewall.now" | sed 's/^/firewall-difference new: /'
    rm -f "$RUN/firewall.now"
  fi
  if watcher_runs; then say watcher yes; else say watcher no; fi
  if boot_hook_is_in_place; then say boot-hook yes; else say boot-hook no; fi
  [ ! -f "$RUN/lock" ] || say "lock $(lock_holder)"
}

# ── init systems ────────────────────────────────────────────────────────────────────────────────────────────────────

init_system() {
  if [ -d /run/systemd/system ] && have systemctl; then say systemd
  elif have rc-service; then say openrc
  else say none
  fi
}

# Descriptor 9 is the operator's lock; what outlives us must not hold it.
service_do() { # VERB UNIT
  case $(init_system) in
    systemd) systemctl "$1" "$2" 9>&- ;;
    openrc) rc-service "$2" "$1" 9>&- ;;
    none) service "$2" "$1" 9>&- ;;
  esac
}

# Where there is neither an init system we know nor cron, nothing can be installed and so nothing is missing.
boot_hook_is_in_place() {
  case $(init_system) in
    systemd) cmp -s "$ETC/route-mesh.service" /etc/systemd/system/route-mesh.service &&
      systemctl is-enabled route-mesh.service >/dev/null 2>&1 ;;
    openrc) cmp -s "$ETC/route-mesh.openrc" /etc/init.d/route-mesh && rc-update show default | grep -q route-mesh ;;
    none) [ ! -d /etc/cron.d ] || cmp -s "$ETC/route-mesh.cron" /etc/cron.d/route-mesh ;;
  esac
}

case ${0##*/}:${1:-} in
  route-mesh-host.sh:reconcile | route-mesh-host.sh:watch | route-mesh-host.sh:report) "$1" ;;
  route-mesh-host.sh:*) sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
esac
