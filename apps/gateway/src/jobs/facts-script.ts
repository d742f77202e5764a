/**
 * Asks a Linux host what it is, with nothing but POSIX sh and the tools of BusyBox. One line for each fact,
 * `word:value`; what a host doesn't have it doesn't say. Only plain
 * files are read, as a pipe in their place would never end, and nothing without end is kept in the shell's memory.
 */
export const FACTS_SCRIPT = String.raw`
say() { printf '%s:%s\n' "$1" "$2"; }
first() { [ -f "$2" ] && say "$1" "$(head -n 1 "$2" 2>/dev/null | tr -d '\000' | cut -c 1-300)"; }
say system "$(uname -s | head -c 300)"
say kernel "$(uname -r | head -c 300)"
say architecture "$(uname -m | head -c 300)"
for file in /etc/os-release /usr/lib/os-release; do
  if [ -f "$file" ]; then head -n 50 "$file" | sed 's/^/os:/'; break; fi
done
first debian /etc/debian_version
model=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo 2>/dev/null | head -n 1)
[ -n "$model" ] || model=$(lscpu 2>/dev/null | sed -n 's/^Model name: *//p' | head -n 1)
say cpu "$model"
say cpus "$(grep -c '^processor' /proc/cpuinfo 2>/dev/null | head -c 20)"
sed -n 's/^MemTotal: */memory:/p' /proc/meminfo 2>/dev/null
for disk in /sys/block/*; do
  if [ -f "$disk/size" ] && read -r size <"$disk/size"; then say disk "$size \${disk##*/}"; fi
done
for net in /sys/class/net/*; do
  if [ -f "$net/address" ] && read -r mac <"$net/address"; then say mac "$mac \${net##*/}"; fi
done
ip -o addr show 2>/dev/null | head -n 500 | sed 's/^/address:/'
sed -n 's/^\([^[:space:]]*\)[[:space:]]*00000000[[:space:]].*/route:\1/p' /proc/net/route 2>/dev/null | head -n 1
first brand /sys/class/dmi/id/sys_vendor
first model /sys/class/dmi/id/product_name
first serial /sys/class/dmi/id/product_serial
first model /proc/device-tree/model
first serial /proc/device-tree/serial-number
say end ok
`.replaceAll('\\${', '${');
