# Types of options that hold graphs.
{ lib }:
let
  inherit (lib) mkOption mkOptionType types;
  dag = import ./dag.nix { inherit lib; };

  # Beside what an entry has, `more` options of each.
  dagWith =
    more: elem:
    let
      entry = types.submodule (
        { name, ... }:
        {
          options = {
            data = mkOption {
              type = elem;
              description = "What the entry holds.";
            };
            after = mkOption {
              type = types.listOf types.str;
              description = "The entries that come before this one.";
            };
            before = mkOption {
              type = types.listOf types.str;
              description = "The entries that come after this one.";
            };
          } // more;
          config = lib.mkIf (elem.name == "submodule") { data._module.args.dagName = name; };
        }
      );
      # What is no entry stands anywhere; its order among several definitions
      # is that of its data.
      asEntry =
        d:
        if dag.isEntry d.value then
          d.value
        else
          dag.entryAnywhere (if d ? priority then lib.mkOrder d.priority d.value else d.value);
      # Where the entry was written, which what is in it does not know.
      place = d: if d.pos or null == null then d.file else "${d.pos.file}:${toString d.pos.line}";
      entries = types.attrsOf (mkOptionType {
        name = "dagEntryOf";
        description = "DAG entry of ${elem.description}";
        merge = loc: defs: entry.merge loc (map (d: { file = place d; value = asEntry d; }) defs);
      });
    in
    mkOptionType rec {
      name = "dagOf";
      description = "DAG of ${elem.description}";
      inherit (entries) check merge emptyValue;
      getSubOptions = prefix: entry.getSubOptions (prefix ++ [ "<name>" ]);
      inherit (elem) getSubModules;
      substSubModules = m: dagWith more (elem.substSubModules m);
      functor = lib.defaultFunctor name // {
        wrapped = elem;
      };
      nestedTypes.elemType = elem;
    };
in
{
  dagOf = dagWith { };
  inherit dagWith;
}
