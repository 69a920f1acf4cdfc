# From the entries of one option (home.file, xdg.configFile, …) to entries of
# the manifest.
{
  nhmtLib,
  home,
  # From the text of a script to what is run.
  hookText,
}:
let
  inherit (nhmtLib)
    encode
    live
    locations
    sources
    targets
    ;
  inherit (builtins) stringLength substring;
  # Secrets are found there, decrypted.
  own = "${home}/.local/state/nhmt/";
  ownLength = stringLength own;
  methods = import ./methods.nix { inherit nhmtLib; };
  inherit (import ./written.nix { inherit nhmtLib; }) isGiven;

  # A named content of the entry, or an error that names the option.
  content =
    name: option: shown: f:
    let
      text = f.text != null;
      source = isGiven name f;
      structured = f.format != null;
      fail = what: remedy: throw "${what} in ${option} at ${shown}\n  ${remedy}";
    in
    if text && !source && !structured then
      { inherit (f) text; }
    else if source && !text && !structured && methods.of f == "live" then
      { source = live.place option shown f.source; }
    else if source && substring 0 ownLength (toString f.source) == own then
      fail "a source in ${own}" "It would be copied to the Nix store. For a secret, set `target' of that secret, or lead to it by config.lib.file.mkOutOfStoreSymlink."
    else if source && !text && !structured then
      {
        source = sources.toStore (sources.missing option shown) f.source;
      }
      // (if f.recursive then { recursive = true; } else { })
    else if structured && !text && !source then
      {
        inherit (f) format;
        value = encode.value "${option} at ${shown}" (sources.toStore (
          sources.missing option shown
        )) f.value;
      }
    else if !text && !source && !structured then
      if f.value != null then
        fail "a value without a format" "Set `format' too: json, toml, yaml, ini, git-config or key-value."
      else
        fail "no content" "Set one of `text', `source', or `format' with `value'."
    else
      fail "two contents" "Keep one of `text', `source', and `format' with `value'.";
in
# { name; option (evaluated option); base (absolute directory) } -> [ { name = target; value = entry; } ]
{
  name,
  option,
  base,
}:
let
  places = locations.entries option.definitionsWithLocations;
  files = option.value;
  relative = targets.relative { inherit home base; };
  # Most entries are links and no more, and have nothing to check.
  plain =
    f:
    f.method == "link"
    && f.onChange == ""
    && f.permissions == null
    && f.block == null
    && !(live.isLive f.source);
  entry =
    n:
    let
      f = files.${n};
      full = "${name}.${builtins.toJSON n}";
      declared = places.${n} or [ ];
      shown = locations.show declared;
      common = content n full shown f // {
        inherit (f) executable force;
        declaredIn =
          if f.declaredIn != null then f.declaredIn else [ full ] ++ map locations.record declared;
      };
    in
    {
      # What the entry was called stays beside it for messages about doubles.
      inherit full shown;
      name = relative full shown (if f.target == null then n else f.target);
      value =
        if plain f then
          common
        else
          common
          // methods.fields full shown (if isGiven n f then f else f // { source = null; })
          // (if f.onChange == "" then { } else { onChange = hookText f.onChange; });
    };
in
map entry (builtins.filter (n: files.${n}.enable) (builtins.attrNames files))
