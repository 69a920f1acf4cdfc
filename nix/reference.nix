# What is known of every option: for `nhmt options` and the page of options.
{
  lib,
  config,
  options,
}:
let
  inherit (builtins)
    attrValues
    concatLists
    isAttrs
    isString
    tryEval
    ;

  # What a value looks like as an expression. What cannot be evaluated, such as
  # something of an absent nixpkgs, is left out.
  shown =
    value:
    let
      text = tryEval (pretty value);
    in
    if text.success then text.value else null;
  pretty =
    value:
    let
      text = lib.generators.toPretty { multiline = true; } value;
    in
    builtins.seq (builtins.stringLength text) text;

  # `literalExpression` and its like say how a value was written.
  written =
    v:
    if v._type or null == "literalExpression" || v._type or null == "literalMD" then
      v.text
    else
      shown v;
  default =
    o:
    if o ? defaultText then
      (if isString o.defaultText then o.defaultText else written o.defaultText)
    else if o ? default then
      shown o.default
    else
      null;

  # nhmt's own files are unpacked anywhere.
  own = toString ../.;
  place =
    file:
    let
      text = builtins.unsafeDiscardStringContext (toString file);
    in
    if lib.hasPrefix "${own}/" text then "<nhmt/${lib.removePrefix "${own}/" text}>" else text;

  text = v: if isString v then v else v.text or null;
  entry = o: {
    inherit (o) loc;
    name = lib.showOption o.loc;
    type = o.type.description or "unspecified";
    default = default o;
    example = if o ? example then written o.example else null;
    description = text (o.description or null);
    readOnly = o.readOnly or false;
    internal = o.internal or false;
    hidden = o.visible or true == false;
    declaredIn = map place (o.declarations or [ ]);
  };

  # An option that others may declare, too, has what is said of it beside it.
  documented = o: if lib.isOption o then o // o.documented or { } else o;

  # The options in a tree, those of submodules behind them. nixpkgs'
  # optionAttrSetToDocList renders every default on the way: one that cannot be
  # evaluated, as without the package set, would take all others with it.
  within =
    found:
    let
      tree = documented found;
      inner = removeAttrs (tree.type.getSubOptions tree.loc) [
        "_module"
        "_freeformOptions"
      ];
      visible = tree.visible or true;
    in
    if lib.isOption tree then
      # "shallow": it, and nothing below; "transparent": what is below alone.
      lib.optional (visible == true || visible == "shallow") tree
      # Nor is what lies in an internal one for people.
      ++ lib.optionals ((visible == true || visible == "transparent") && !(tree.internal or false)) (
        within inner
      )
    else if isAttrs tree then
      concatLists (map within (attrValues tree))
    else
      [ ];

  all = within declared;
  declared = removeAttrs options [ "_module" ];

  # Names that others have taken the place of: their descriptions say which.
  former =
    found:
    if lib.isOption found then
      lib.optional (found.visible or true == false && found ? description) found
    else if isAttrs found then
      concatLists (map former (attrValues found))
    else
      [ ];

  # What a definition said, as far as that is known: its file and its value.
  definitions =
    o:
    map (d: {
      file = place d.file;
      value = shown d.value;
    }) (o.definitionsWithLocations or [ ]);

  # The value at a path, and who defined it; null where there is nothing.
  lookup =
    path:
    let
      step =
        node: name:
        if node != null && isAttrs node.value && node.value ? ${name} then
          {
            value = node.value.${name};
            option =
              if isAttrs node.option && !(lib.isOption node.option) then node.option.${name} or null else null;
          }
        else
          null;
      start = {
        value = config;
        option = options;
      };
      end = builtins.foldl' step start path;
      isOption = lib.isOption end.option;
    in
    if end == null || isOption && !(end.option.isDefined or true) then
      null
    else
      {
        value = pretty end.value;
        definitions = if isOption then definitions end.option else [ ];
      };
in
{
  # Every option, with those that only modules use among them.
  options = all;
  # The same, as data, and what can be asked for by its name alone.
  list = map entry (all ++ former declared);
  inherit lookup;
}
