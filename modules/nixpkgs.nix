# How the package set is made.
{ lib, ... }:
let
  inherit (lib) mkOption mkOptionType types;

  # Sets merge; what one definition adds to packages comes on top of another's.
  resolved = pkgs: v: if lib.isFunction v then v { inherit pkgs; } else v;
  both =
    a: b:
    let
      overrides =
        name:
        lib.optionalAttrs (a ? ${name} && b ? ${name}) {
          ${name} = pkgs: resolveWith pkgs a.${name} // resolveWith pkgs b.${name};
        };
      resolveWith = pkgs: f: if lib.isFunction f then f pkgs else f;
      lists = name: lib.optionalAttrs (a ? ${name} && b ? ${name}) { ${name} = a.${name} ++ b.${name}; };
    in
    lib.recursiveUpdate a b
    // overrides "packageOverrides"
    // overrides "perlPackageOverrides"
    // lists "allowUnfreePackages"
    // lists "permittedInsecurePackages";
  configType = mkOptionType {
    name = "nixpkgs-config";
    description = "nixpkgs config";
    check = v: builtins.isAttrs v || lib.isFunction v;
    merge =
      _: defs:
      let
        values = map (d: d.value) defs;
      in
      if builtins.all builtins.isAttrs values then
        lib.foldr both { } values
      else
        { pkgs }: lib.foldr both { } (map (resolved pkgs) values);
  };
  overlay = mkOptionType {
    name = "nixpkgs-overlay";
    description = "nixpkgs overlay";
    check = lib.isFunction;
    merge = lib.mergeOneOption;
  };
in
{
  options.nixpkgs = {
    config = mkOption {
      type = types.nullOr configType;
      default = null;
      example = {
        allowUnfree = true;
      };
      description = ''
        The configuration of nixpkgs for the `pkgs` of this home. Null leaves it as it is: that of the
        package set that was given, else of {file}`~/.config/nixpkgs/config.nix`.
      '';
    };
    overlays = mkOption {
      type = types.nullOr (types.listOf overlay);
      default = null;
      example = lib.literalExpression "[ (final: prev: { hello = prev.hello.overrideAttrs { doCheck = false; }; }) ]";
      description = "Overlays for the `pkgs` of this home, on top of those that a package set has that was given. Null leaves it as it is.";
    };
    system = mkOption {
      type = types.str;
      internal = true;
      description = "The system that packages are for.";
    };
  };
}
