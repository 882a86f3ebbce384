#!/bin/sh
# Changes what route-mesh keeps on a host. It comes with every sync, works through named steps, and ends with the
# host on the new revision or back on the one before. It goes on to its end when the operator's connection is lost.
#
#   activate STAGED BASE    make the staged revision the running one
#   deactivate STAGED BASE  leave the host as it was before route-mesh
#
# STAGED holds etc/ (what goes to /etc/route-mesh), request (lines KEY=VALUE), and, where they change, daemon.json and
# daemon.json.restarting and daemon.json.reverting. BASE is the revision that the plan was made from; 0 is none.
# It prints lines for the operator's side: @step NAME begin|done|failed, @warn TEXT, @error TEXT, @revision N.
set -u
# shellcheck source=route-mesh-host.sh
. "$2/etc/route-mesh-host.sh"
trap '' HUP PIPE

# Exit codes, read by the operator's side.
EXIT_REVERTED=10
EXIT_BROKEN=11
EXIT_LOCKED=75
EXIT_STALE=76

KEPT_REVISIONS=10
UNIT=/etc/systemd/system/route-mesh.service
PROTOCOL_NAMES=/etc/iproute2/rt_protos.d

warn() { say "@warn $*"; }
error() { say "@error $*"; }
request() { sed -n "s/^$1=//p" "$REVISION/request"; }
kept_revisions() { (cd "$STATE/revisions" 2>/dev/null && for n in [0-9]*; do [ ! -d "$n" ] || say "$n"; done) | sort -n; }
current_revision() { cat "$STATE/current" 2>/dev/null || say 0; }

# Replaces TARGET by a copy of SOURCE, whole or not at all, keeping the owner and mode of a TARGET that exists.
put() { # SOURCE TARGET
  target=$(readlink -f "$2" 2>/dev/null) && [ -n "$target" ] || target=$2
  mkdir -p "${target%/*}" || return 1
  rm -f "$target.route-mesh-new"
  if ! { [ ! -f "$target" ] || cp -p "$target" "$target.route-mesh-new"; } || ! cat "$1" >"$target.route-mesh-new"; then
    rm -f "$target.route-mesh-new"
    return 1
  fi
  sync "$target.route-mesh-new" 2>/dev/null || sync
  mv -f "$target.route-mesh-new" "$target"
}

# ── docker ──────────────────────────────────────────────────────────────────────────────────────────────────────────

docker_json() { request daemon-json; }

# daemon.json or its absence, so that either can be put back byte by byte.
remember_daemon_json() { # FOLDER
  mkdir -p "$1" || return 1
  if [ -f "$(docker_json)" ]; then cp -p "$(docker_json)" "$1/daemon.json"; else : >"$1/daemon.json.absent"; fi
}

put_back_daemon_json() { # FOLDER
  if [ -f "$1/daemon.json.absent" ]; then rm -f "$(docker_json)"; else put "$1/daemon.json" "$(docker_json)"; fi
}

# What a revert needs. Containers count only when docker is going to stop them: it need not answer, or be there, else.
remember_docker() {
  remember_daemon_json "$REVISION/before" || return 1
  [ ! -f "$STATE/daemon.json.written" ] || cp -p "$STATE/daemon.json.written" "$REVISION/before" || return 1
  if [ "$(request restart)" = no ]; then : >"$REVISION/before/containers"; return; fi
  running_containers >"$REVISION/before/containers" && return
  error 'docker does not answer: docker ps failed'
  return 1
}

docker_answers() { docker version >/dev/null 2>&1; }
docker0_address() { ip -4 -o addr show dev docker0 2>/dev/null | awk '{ print $4; exit }'; }
running_containers() { docker ps -q --no-trunc 2>/dev/null; }

# dockerd --validate (>= 23.0) sees unknown keys and keys that are also given as flags, so it is given those flags.
validate_daemon_json() { # FILE
  dockerd --help 2>/dev/null | grep -q -- '--validate' || return 0
  pid=$(docker_pid) || return 0
  tr '\0' '\n' <"/proc/$pid/cmdline" | sed 1d >"$RUN/dockerd-flags"
  set -- --validate --config-file "$1"
  value_of=
  while IFS= read -r flag; do
    if [ -n "$value_of" ]; then value_of=; continue; fi
    case $flag in
      --config-file) value_of=yes ;;
      --config-file=*) ;;
      *) set -- "$@" "$flag" ;;
    esac
  done <"$RUN/dockerd-flags"
  dockerd "$@" >"$RUN/validate" 2>&1 && return 0
  error "dockerd refuses the new daemon.json: $(tail -n 1 "$RUN/validate")"
  return 1
}

docker_said() {
  case $(init_system) in
    systemd) systemctl status docker.service --no-pager -l -n 40 2>&1 ;;
    *) tail -n 40 /var/log/docker.log 2>/dev/null ;;
  esac | grep -E 'failed to start|level=(error|fatal)|unable to configure|rror' | tail -n 1
}

restart_docker() {
  # systemd gives up on a service that failed often in a short time, and so on the restart that would mend it.
  [ "$(init_system)" != systemd ] || systemctl reset-failed docker.service >/dev/null 2>&1
  service_do restart docker >/dev/null 2>&1 && wait_until docker_answers
}

wait_until() { # COMMAND...: tries it for half a minute
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ $tries -le 30 ] || return 1
    sleep 1
  done
}

live_restore_is() { [ "$(docker info --format '{{.LiveRestoreEnabled}}' 2>/dev/null)" = "$1" ]; }
set_live_restore() { kill -HUP "$(docker_pid)" && wait_until live_restore_is "$1"; }

# Restarts docker with INTERIM, where there is such a file, as its daemon.json, and leaves that in place.
# It is for two things that daemon.json alone cannot do. With live-restore dockerd keeps containers over a restart and,
# silently, the old docker0: it has to be off. Without bip dockerd keeps the docker0 that it remembers in its network
# database, so the address to go back to has to be said once (both: moby, all versions).
restart_docker_through() { # INTERIM
  if [ -f "$1" ]; then
    put "$1" "$(docker_json)" || return 1
    ! live_restore_is true || set_live_restore false || return 1
  fi
  restart_docker
}

# After the lasting daemon.json is in place again: live-restore as that says.
resume_live_restore() {
  [ -n "$docker_was_restarted" ] || return 0
  grep -qs '"live-restore"[[:space:]]*:[[:space:]]*true' "$(docker_json)" || return 0
  set_live_restore true
}

# Docker itself starts those that have a restart policy; the others ran too, and whoever ran runs again. Two rounds:
# a container can need another's network.
start_containers() {
  for round in 1 2; do
    running=" $(running_containers | tr '\n' ' ') "
    while read -r id; do
      case $running in *" $id "*) continue ;; esac
      docker inspect "$id" >/dev/null 2>&1 || continue
      if ! docker start "$id" >/dev/null 2>"$RUN/start-error" && [ $round = 2 ]; then
        warn "container $(docker inspect --format '{{.Name}}' "$id") did not start again: $(tail -n 1 "$RUN/start-error")"
      fi
    done <"$REVISION/before/containers"
  done
}

# ── boot hook and watcher ───────────────────────────────────────────────────────────────────────────────────────────

install_boot_hook() {
  boot_hook_is_in_place && return 0
  case $(init_system) in
    systemd) put "$ETC/route-mesh.service" "$UNIT" && systemctl daemon-reload &&
      systemctl enable route-mesh.service >/dev/null ;;
    openrc) put "$ETC/route-mesh.openrc" /etc/init.d/route-mesh && chmod 755 /etc/init.d/route-mesh &&
      rc-update add route-mesh default >/dev/null ;;
    none) put "$ETC/route-mesh.cron" /etc/cron.d/route-mesh ;;
  esac
}

remove_boot_hook() {
  stop_watcher
  case $(init_system) in
    systemd)
      systemctl disable route-mesh.service >/dev/null 2>&1
      rm -f "$UNIT" && systemctl daemon-reload ;;
    openrc) rc-update del route-mesh default >/dev/null 2>&1; rm -f /etc/init.d/route-mesh ;;
    none) rm -f /etc/cron.d/route-mesh ;;
  esac
}

start_watcher() {
  case $(init_system) in
    none) setsid sh "$ETC/route-mesh-host.sh" watch >/dev/null 2>&1 </dev/null 9>&- & ;;
    *) service_do start route-mesh ;;
  esac
}

watcher_is_gone() { ! watcher_runs; }

# Waits for its end: what it is loading just now would come after what is removed next.
stop_watcher() {
  case $(init_system) in
    none) watcher_runs && kill "$(cat "$RUN/watch.pid")" && wait_until watcher_is_gone ;;
    *) service_do stop route-mesh >/dev/null 2>&1 ;;
  esac
  return 0
}

# ── the steps of activate ───────────────────────────────────────────────────────────────────────────────────────────

step_backup() {
  if [ ! -d "$STATE/original" ]; then
    rm -rf "$STATE/original.new"
    remember_daemon_json "$STATE/original.new" && docker0_address >"$STATE/original.new/docker0" || return 1
    ! have nft || nft list table ip raw >/dev/null 2>&1 || : >"$STATE/original.new/raw.absent"
    [ -d "$PROTOCOL_NAMES" ] || : >"$STATE/original.new/rt_protos.d.absent"
    mv "$STATE/original.new" "$STATE/original" || return 1
  fi
  remember_docker
}

step_daemon_json() {
  [ -f "$REVISION/daemon.json" ] || return 0
  validate_daemon_json "$REVISION/daemon.json" || return 1
  if ! put "$REVISION/daemon.json" "$(docker_json)"; then error "cannot write $(docker_json)"; return 1; fi
  sha256sum <"$REVISION/daemon.json" | cut -d' ' -f1 >"$STATE/daemon.json.written"
}

step_docker_restart() {
  [ "$(request restart)" = yes ] || return 0
  docker_was_restarted=yes
  if ! restart_docker_through "$REVISION/daemon.json.restarting"; then
    error "dockerd does not start: $(docker_said)"
    return 1
  fi
  if [ -f "$REVISION/daemon.json" ]; then put "$REVISION/daemon.json" "$(docker_json)" || return 1; fi
  resume_live_restore || return 1
  [ "$(docker0_address)" = "$(request docker0)" ] && return 0
  error "docker0 is $(docker0_address) after the restart and not $(request docker0)"
  return 1
}

step_containers() { [ -z "$docker_was_restarted" ] || start_containers; }

step_files() { install_files "$REVISION/etc"; }

step_kernel() { reconcile 2>"$RUN/reconcile-error" || { error "$(head -n 3 "$RUN/reconcile-error" | tr '\n' ' ')"; return 1; }; }

step_boot_hook() {
  install_boot_hook || return 1
  [ "$(init_system)" != none ] || [ -d /etc/cron.d ] ||
    warn "no systemd, OpenRC or cron here: start '/bin/sh $ETC/route-mesh-host.sh watch' at boot yourself"
}

step_watcher() {
  if [ -n "$program_changed" ]; then stop_watcher; fi
  watcher_runs || start_watcher
}

step_commit() {
  say "$NUMBER" >"$STATE/current.new" && mv -f "$STATE/current.new" "$STATE/current" || return 1
  kept_revisions | sort -rn | sed "1,${KEPT_REVISIONS}d" | while read -r old; do rm -rf "$STATE/revisions/$old"; done
}

# What is in FOLDER becomes what is in /etc/route-mesh, file by file; what is there no more goes.
install_files() { # FOLDER
  mkdir -p "$ETC" && chmod 755 "$ETC" || return 1
  cmp -s "$1/route-mesh-host.sh" "$ETC/route-mesh-host.sh" || program_changed=yes
  for file in "$1"/*; do
    cmp -s "$file" "$ETC/${file##*/}" && continue
    put "$file" "$ETC/${file##*/}" && chmod 644 "$ETC/${file##*/}" || return 1
  done
  for file in "$ETC"/*; do [ -e "$1/${file##*/}" ] || rm -f "$file"; done
  [ -f "$PROTOCOL_NAMES/route-mesh.conf" ] || [ ! -d "${PROTOCOL_NAMES%/*}" ] || {
    mkdir -p "$PROTOCOL_NAMES" && say "$PROTOCOL route-mesh" >"$PROTOCOL_NAMES/route-mesh.conf"
  }
}

remove_files() {
  rm -f "$PROTOCOL_NAMES/route-mesh.conf"
  [ ! -f "$STATE/original/rt_protos.d.absent" ] || rmdir "$PROTOCOL_NAMES" 2>/dev/null
  rm -rf "$ETC" "$STATE" "$RUN"
}

# ── back to the revision before ─────────────────────────────────────────────────────────────────────────────────────

revert_docker() {
  [ -f "$REVISION/before/containers" ] || return 0
  cmp -s "$(docker_json)" "$REVISION/before/daemon.json" || put_back_daemon_json "$REVISION/before" || return 1
  rm -f "$STATE/daemon.json.written"
  [ ! -f "$REVISION/before/daemon.json.written" ] || cp -p "$REVISION/before/daemon.json.written" "$STATE" || return 1
  [ -n "$docker_was_restarted" ] || return 0
  restart_docker_through "$REVISION/daemon.json.reverting" || return 1
  put_back_daemon_json "$REVISION/before" && resume_live_restore && start_containers
}

revert_files() {
  if [ "$BASE" != 0 ]; then
    install_files "$STATE/revisions/$BASE/etc" && reconcile && install_boot_hook
  elif [ -f "$ETC/mesh.conf" ]; then
    remove_boot_hook; remove_firewall; remove_firewalld_policy; remove_routes
  fi
}

revert() {
  say '@step revert begin'
  revert_docker && revert_files
  result=$?
  if [ "$BASE" = 0 ] && [ $result = 0 ]; then remove_files; else rm -rf "$REVISION"; fi
  if [ $result = 0 ]; then say '@step revert done'; exit $EXIT_REVERTED; fi
  say '@step revert failed'
  error "the host could not be put back: $(docker_said)"
  exit $EXIT_BROKEN
}

# ── entry ───────────────────────────────────────────────────────────────────────────────────────────────────────────

# Ends with nothing changed and nothing left.
refuse() { # STATUS TEXT
  error "$2"
  cd / && rm -rf "$REVISION"
  rmdir "$STATE" 2>/dev/null
  exit "$1"
}

# Held by this process until it ends, however it ends.
take_lock() {
  mkdir -p "$RUN"
  exec 9>>"$RUN/lock"
  # A second try: a report that looks who holds it holds it for a moment itself.
  flock -n 9 || { sleep 1 && flock -n 9; } || refuse $EXIT_LOCKED "$(cat "$RUN/lock")"
  request operator >"$RUN/lock"
}

begin() { # STAGED BASE
  REVISION=$1
  BASE=$2
  umask 022
  take_lock
  running=$(current_revision)
  [ "$running" = "$BASE" ] || refuse $EXIT_STALE "revision $running is running, the plan was made from $BASE"
}

run_steps() { # NAMES
  for step in "$@"; do
    say "@step $step begin"
    if ! "step_$step"; then say "@step $step failed"; return 1; fi
    say "@step $step done"
  done
  return 0 # whether anybody hears it or not
}

activate() { # STAGED BASE
  begin "$@"
  docker_was_restarted=
  program_changed=
  last=$(kept_revisions | tail -n 1)
  NUMBER=$((${last:-0} + 1))
  { mkdir -p "$STATE/revisions" && mv "$REVISION" "$STATE/revisions/$NUMBER"; } ||
    refuse $EXIT_REVERTED "cannot write $STATE/revisions"
  REVISION=$STATE/revisions/$NUMBER
  run_steps backup daemon_json docker_restart containers files kernel boot_hook watcher commit || revert
  say "@revision $NUMBER" || :
}

# ── the steps of deactivate ─────────────────────────────────────────────────────────────────────────────────────────

step_original_docker0() {
  [ "$(request restart)" = yes ] || return 0
  docker_was_restarted=yes
  restart_docker_through "$REVISION/daemon.json.restarting" && return 0
  error "dockerd does not start: $(docker_said)"
  return 1
}

step_original_daemon_json() {
  if [ -f "$REVISION/daemon.json" ]; then put "$REVISION/daemon.json" "$(docker_json)"
  elif [ "$(request remove-daemon-json)" = yes ]; then rm -f "$(docker_json)"
  else put_back_daemon_json "$STATE/original"
  fi && resume_live_restore
}

step_leave_kernel() { remove_boot_hook; remove_firewall; remove_firewalld_policy; remove_routes; }
step_leave_files() { remove_files; }

# The way back from a deactivate that failed on docker: nothing else was touched yet.
keep_revision() {
  say '@step revert begin'
  if revert_docker; then
    say '@step revert done'
    rm -rf "$REVISION"
    exit $EXIT_REVERTED
  fi
  say '@step revert failed'
  error "docker could not be put back: $(docker_said)"
  exit $EXIT_BROKEN
}

deactivate() { # STAGED BASE
  begin "$@"
  docker_was_restarted=
  remember_docker || refuse $EXIT_REVERTED "cannot write $REVISION/before"
  run_steps original_docker0 original_daemon_json containers || keep_revision
  run_steps leave_kernel leave_files
}

case $1 in
  activate | deactivate) "$@" ;;
  *) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
esac
