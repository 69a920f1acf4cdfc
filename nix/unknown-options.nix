# An evaluation whose definitions all have their declarations, or one whose
# `config' throws what nhmt has to say about those that have none: which of
# them Home Manager has, what is nearest, and what to do.
#
# Works with any library: what no option takes goes to the type for that, and
# the type here only explains. It is put in after the library has refused, so
# that an evaluation without a mistake is the library's own.
{ library }:
evaluated:
let
  inherit (library) mkForce mkOptionType;
  inherit (import ./lib/modules/unknown.nix { lib = library; }) unknownOptionIn;

  # The same with what is unknown left out: modules that declare options by
  # their configuration need one that can be read.
  lenient = evaluated.extendModules { modules = [ { _module.check = mkForce false; } ]; };

  # A definition's path, down to the first name that is not declared.
  pathOf =
    options: value:
    let
      names = builtins.attrNames value;
      name = builtins.head names;
    in
    [ name ]
    ++ (
      if options ? ${name} && !(library.isOption options.${name}) then pathOf options.${name} value.${name} else [ ]
    );

  explanation = mkOptionType {
    name = "unknown";
    merge =
      prefix: defs:
      let
        inherit (lenient) options;
        absent = import ./absent-options.nix { inherit library; } options.nhmt.absentOptions.value;
      in
      throw (
        unknownOptionIn absent prefix options (
          map (def: {
            inherit def;
            path = pathOf options def.value;
          }) defs
        )
      );
  };
in
# What is asked for is only whether the library refuses.
if (builtins.tryEval (builtins.seq evaluated.options null)).success then
  evaluated
else
  evaluated.extendModules {
    specialArgs = {
      inherit (lenient) options;
      config = lenient.config // {
        inherit (lenient) _module;
      };
    };
    modules = [
      {
        _file = "nhmt (unknown options)";
        freeformType = explanation;
      }
    ];
  }
