#!/bin/sh
# enter.sh ROOT USER COMMAND [ARGUMENT]…: runs a command in a root as a user logs in there, with its own mounts and processes: when this ends, however it ends, both are gone.
# BIND=FROM:TO: a folder of the root that stands in the place of another one meanwhile.
set -e
root=$1
shift
exec unshare --mount --propagation private --pid --fork --kill-child --mount-proc="$root/proc" sh -c '
	mount --rbind /sys "$0/sys"
	mount --rbind /dev "$0/dev"
	if [ -n "$BIND" ]; then mount --bind "$0${BIND%:*}" "$0${BIND#*:}"; fi
	user=$1
	shift
	# No exec: the first process of a machine takes in the orphans, and a shell that waits does.
	chroot "$0" setpriv --reuid "$user" --regid "$user" --init-groups --reset-env "$@"
	exit $?
' "$root" "$@"
