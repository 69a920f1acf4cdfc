# Who declared the files of a Home Manager configuration.
{
  config,
  lib,
  nhmtLib,
  options,
}:
let
  inherit (builtins) filter substring stringLength;
  inherit (nhmtLib) locations;

  # Home Manager turns each of these into entries of home.file, whose places
  # would be in its own module.
  sets = [
    {
      name = "home.file";
      prefix = "";
      option = options.home.file;
    }
  ]
  ++
    map
      (set: {
        name = "xdg.${set.name}";
        prefix = "${toString config.xdg.${set.base}}/";
        option = options.xdg.${set.name};
      })
      (
        filter (set: options ? xdg.${set.name} && config ? xdg.${set.base}) [
          {
            name = "configFile";
            base = "configHome";
          }
          {
            name = "dataFile";
            base = "dataHome";
          }
          {
            name = "stateFile";
            base = "stateHome";
          }
          {
            name = "cacheFile";
            base = "cacheHome";
          }
        ]
      );
  places = map (set: set // { places = locations.entries set.option.definitionsWithLocations; }) sets;
in
# the name of an entry of home.file -> its option, and the places
name:
let
  of =
    set:
    let
      n = stringLength set.prefix;
      rest = substring n (-1) name;
    in
    if substring 0 n name == set.prefix && set.places ? ${rest} then
      [ ([ "${set.name}.${builtins.toJSON rest}" ] ++ map locations.record set.places.${rest}) ]
    else
      [ ];
  found = lib.concatMap of places;
in
# The last that has it is the nearest to who wrote it.
if found == [ ] then [ ] else lib.last found
