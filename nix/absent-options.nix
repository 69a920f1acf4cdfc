# Which options nhmt does not have on purpose: those of Home Manager that it
# lacks, and all other programs and services.
#
# nhmt.absentOptions -> path (down to the first name that is not declared) ->
# the definition's value -> null, or { path; below (what it is deeper); instead; elsewhere; }
{ library }:
absent: path: value:
let
  inherit (builtins)
    attrNames
    concatStringsSep
    elem
    filter
    genList
    head
    isAttrs
    length
    ;
  names = attrNames absent;
  dotted = concatStringsSep ".";
  # Of a set of options the options in it are listed.
  isGroup = p: builtins.any (library.hasPrefix "${dotted p}.") names;
  # What has any number of programs in it, of which not all are listed.
  isOpen =
    p:
    length p == 1
    && elem (head p) [
      "programs"
      "services"
    ];
  # Along the first setting, as far as options are listed.
  deepen =
    p: v:
    if isGroup p && isAttrs v && v != { } && !(v ? _type) then
      let
        below = filter (n: absent ? ${dotted (p ++ [ n ])} || isGroup (p ++ [ n ])) (attrNames v);
      in
      if below != [ ] then
        deepen (p ++ [ (head below) ]) v.${head below}
      else if isOpen p then
        p ++ [ (head (attrNames v)) ]
      else
        p
    else
      p;
  deepest = deepen path value;
  prefixes = genList (n: library.take (length deepest - n) deepest) (length deepest);
  # Of `services.x.enable', where no `services' are declared, what is meant is
  # `services.x': that of which there is something to say, else the whole.
  full =
    let
      told = filter (p: length p >= length path && absent.${dotted p} or "" != "") prefixes;
    in
    if told == [ ] then deepest else head told;
  listed = absent ? ${dotted full} || isGroup full;

  group = head full;
  generic =
    if group == "programs" then
      "Remove the setting; install the program by home.packages, and write its file by home.file or xdg.configFile."
    else if group == "services" then
      "Remove the setting; write the service's unit by systemd.user.services, and its configuration by xdg.configFile."
    else
      "Remove the setting, or write what it made by home.file or xdg.configFile.";
  # What is said of the option, else of the smallest set around it.
  said = filter (text: text != "") (map (p: absent.${dotted p} or "") prefixes);
in
if listed || (length full == 2 && isOpen [ group ]) then
  {
    path = full;
    below = library.drop (length path) full;
    elsewhere = listed;
    instead = if said == [ ] then generic else head said;
  }
else
  null
