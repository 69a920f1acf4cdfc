# A module that explains a definition which no option takes, as the command line
# does; the library would only say that there is none. `unknown-options.nix' asks
# the library first, which a home inside another evaluation cannot.
{
  lib,
  # A home without definitions, as `evalModules' takes it.
  asModule,
}:
let
  # To look through all options, none may depend on the configuration that this
  # is a part of.
  others =
    (lib.evalModules (asModule // { modules = asModule.modules ++ [ { _module.check = false; } ]; }))
    .options;
  inherit (import ../lib/modules/unknown.nix { inherit lib; }) unknownOptionIn;
  # A definition's path, down to the first name that is not declared.
  pathOf =
    options: value:
    let
      name = builtins.head (builtins.attrNames value);
    in
    [ name ]
    ++ (
      if options ? ${name} && !(lib.isOption options.${name}) then
        pathOf options.${name} value.${name}
      else
        [ ]
    );
in
{ options, ... }:
{
  _file = "nhmt (unknown options)";
  freeformType = lib.mkOptionType {
    name = "unknown";
    merge =
      prefix: defs:
      let
        # The names alone: what else there is to say of them is a part of the
        # configuration, which this keeps from being one.
        names =
          lib.genAttrs (import ../../modules/absent/home-manager.nix { inherit lib; }) (_: "")
          // import ../../modules/absent/remedies.nix { inherit lib; };
        absent = import ../absent-options.nix { library = lib; } names;
        unknown = map (
          def:
          let
            path = pathOf options def.value;
          in
          {
            inherit path;
            def = def // {
              value = lib.getAttrFromPath path def.value;
            };
          }
        ) defs;
        top = builtins.head (builtins.head unknown).path;
        ownTree = options ? ${top} && !(others ? ${top});
      in
      throw (unknownOptionIn absent prefix (if ownTree then options else others) unknown);
  };
}
