#!/bin/sh
# enter.sh ROOT COMMAND [ARGUMENT]…: runs a command in a root, with its own mounts and processes: when this ends, however it ends, both are gone.
set -e
root=$1
shift
exec unshare --mount --propagation private --pid --fork --kill-child --mount-proc="$root/proc" sh -c '
	mount --rbind /sys "$0/sys"
	mount --rbind /dev "$0/dev"
	exec chroot "$0" /usr/bin/env HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
' "$root" "$@"
