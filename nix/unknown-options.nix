# A library whose evaluations explain what no option takes: which option of
# Home Manager it is, what is nearest, and what to do, also in submodules and
# variants of the home.
#
# Works with any library. nhmt's own has a place for other words. Another one
# refuses in words of its own; what no option takes is then given to the type
# for that, and the type here only explains. It is put in after the library
# has refused, so that an evaluation without a mistake is the library's own.
{
  library,
  # The names of `nhmt.absentOptions' in the configuration that is evaluated.
  absentOptions,
}:
let
  inherit (library) mkForce mkOptionType;
  inherit (import ./lib/modules/unknown.nix { lib = library; }) unknownOptionIn;
  absentIn = import ./absent-options.nix { inherit library; };

  # A whole configuration knows for itself what it lacks; of what is inside of
  # an option, the whole path says what it is.
  explain =
    prefix: options:
    let
      absent =
        if options ? nhmt.absentOptions then
          absentIn options.nhmt.absentOptions.value
        else
          path: absentIn absentOptions (prefix ++ path);
    in
    unknownOptionIn absent prefix options;

  # A definition's path, down to the first name that is not declared.
  pathOf =
    options: value:
    let
      names = builtins.attrNames value;
      name = builtins.head names;
    in
    [ name ]
    ++ (
      if options ? ${name} && !(library.isOption options.${name}) then
        pathOf options.${name} value.${name}
      else
        [ ]
    );

  explained =
    evaluated:
    let
      # The same with what is unknown left out: modules that declare options by
      # their configuration need one that can be read.
      lenient = evaluated.extendModules { modules = [ { _module.check = mkForce false; } ]; };
      explanation = mkOptionType {
        name = "unknown";
        merge =
          prefix: defs:
          let
            inherit (lenient) options;
          in
          throw (
            explain prefix options (
              map (
                def:
                let
                  path = pathOf options def.value;
                in
                {
                  inherit path;
                  def = def // {
                    value = library.getAttrFromPath path def.value;
                  };
                }
              ) defs
            )
          );
      };
      answer =
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
          };
    in
    evaluated
    // {
      inherit (answer) config options _module;
      extendModules = more: explained (evaluated.extendModules more);
    };

  extended = library.extend (
    _: base: {
      modules =
        base.modules
        // (
          # Its submodules are not all made by evalModules.
          if base.modules ? instance then
            { unknownOption = explain; }
          else
            { evalModules = given: explained (base.modules.evalModules given); }
        );
    }
  );
in
if !(library ? extend) then
  library // { evalModules = given: explained (library.evalModules given); }
else
  # Who put something into a library by `//' finds it here, too.
  library
  // {
    inherit (extended) evalModules;
    modules = library.modules // {
      inherit (extended.modules) evalModules;
    };
    types = library.types // {
      inherit (extended.types) submodule submoduleWith;
    };
  }
