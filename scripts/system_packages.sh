#!/bin/sh
# Installs the Debian packages that Python, bpy and OpenGL need, or names the exact line that does.
set -eu
packages="python3.11 python3.11-venv libx11-6 libxrender1 libxxf86vm1 libxfixes3 libxi6 libxkbcommon0 libgomp1 libsm6 libgl1 libegl1"
missing=""
for package in $packages; do
    case $package in
        python3.11|python3.11-venv)
            # Any Python 3.11 with venv will do, not only Debian's.
            ${PYTHON:-python3.11} -c "import ensurepip, venv" 2>/dev/null && continue ;;
    esac
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if ! command -v apt-get >/dev/null; then
    echo "Please install, by this system's package manager:$missing" >&2
    exit 1
fi
if [ "$(id -u)" -eq 0 ]; then
    apt-get update -qq
    # shellcheck disable=SC2086  # the list is meant to be split
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "Please run this line once, then make again:" >&2
    echo "    sudo apt-get update && sudo apt-get install -y$missing" >&2
    exit 1
fi
