# What an entry has as its `source' when it is written from a text or a value:
# a file in the store with that content, made when somebody asks for its path,
# as a unit with `X-Restart-Triggers' does. The home itself has the entry's
# content without it.
{ nhmtLib }:
let
  isBuilt = text: builtins.any (of: of ? outputs) (builtins.attrValues (builtins.getContext text));
  baseName = name: nhmtLib.sources.storeName (baseNameOf name);
in
{
  # nhmt.writeFile -> entries -> entries
  withSources =
    write:
    builtins.mapAttrs (
      name: f:
      if f.source != null || (f.text == null && f.format == null) then
        f
      else
        f
        // {
          source = {
            nhmtWritten = name;
            # Text alone needs no builder.
            outPath =
              if f.text != null && !(isBuilt f.text) then
                builtins.toFile (baseName name) f.text
              else
                "${write (baseName name) f}";
          };
        }
    );

  # Whether the entry `name' has a source of its own.
  isGiven = name: f: f.source != null && (f.source.nhmtWritten or null) != name;
}
