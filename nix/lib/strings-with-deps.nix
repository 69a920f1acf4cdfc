# Pieces of text, each with the names of those that come before it.
{ lib }:
{
  noDepEntry = text: lib.fullDepEntry text [ ];
  fullDepEntry = text: deps: { inherit text deps; };
  packEntry = lib.fullDepEntry "";
  stringAfter = deps: text: lib.fullDepEntry text deps;

  # entries by name -> [ name or entry ] -> [ text ], each once
  textClosureList =
    entries: wanted:
    let
      visit =
        state: item:
        if builtins.isAttrs item then
          let
            before = builtins.foldl' visit state item.deps;
          in
          before // { texts = before.texts ++ [ item.text ]; }
        else if state.done ? ${item} then
          state
        else
          visit (
            state
            // {
              done = state.done // {
                ${item} = true;
              };
            }
          ) entries.${item};
    in
    (builtins.foldl' visit {
      done = { };
      texts = [ ];
    } wanted).texts;
  textClosureMap =
    f: entries: names:
    lib.concatMapStringsSep "\n" f (lib.textClosureList entries names);
}
