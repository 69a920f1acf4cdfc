# The systems that packages and modules say they are for. A fact of nixpkgs:
# the processors that its Linux and macOS know, in its order.
{ lib }:
let
  on = kernel: map (cpu: "${cpu}-${kernel}");
in
lib.absent "platforms" {
  none = [ ];
  darwin = on "darwin" [
    "x86_64"
    "aarch64"
  ];
  linux = on "linux" [
    "aarch64"
    "arc"
    "armv5tel"
    "armv6l"
    "armv7a"
    "armv7l"
    "i686"
    "loongarch64"
    "m68k"
    "sh4"
    "microblaze"
    "microblazeel"
    "mips"
    "mips64"
    "mips64el"
    "mipsel"
    "powerpc"
    "powerpc64"
    "powerpc64le"
    "riscv32"
    "riscv64"
    "s390"
    "s390x"
    "x86_64"
  ];
}
