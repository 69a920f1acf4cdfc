{ lib, ... }: { options.field = lib.mkOption { }; }
