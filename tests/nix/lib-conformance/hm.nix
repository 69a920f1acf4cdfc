# What Home Manager adds to the library.
{ lib }:
let
  case = name: expr: expected: { inherit name expr expected; };
  throws = name: expr: { inherit name expr; };
  inherit (lib.hm) dag;
  t = lib.hm.types;
  merge =
    type: definitions:
    (lib.evalModules {
      modules = [ { options.it = lib.mkOption { inherit type; }; } ] ++ map (it: { config = { inherit it; }; }) definitions;
    }).config.it;
in
[
  (case "dag.topoSort" (map (e: e.name) (dag.topoSort { a = dag.entryAnywhere "1"; b = dag.entryAfter [ "a" "c" ] "2"; c = dag.entryBefore [ "d" ] "3"; d = dag.entryBefore [ "e" ] "4"; e = dag.entryAnywhere "5"; }).result) [ "a" "c" "b" "d" "e" ])
  (case "dag.topoSort gives names and data" (dag.topoSort { a = dag.entryAnywhere 1; }) { result = [ { name = "a"; data = 1; } ]; })
  (case "dag.topoSort of a cycle" (dag.topoSort { a = dag.entryAnywhere "1"; b = dag.entryAfter [ "a" "c" ] "2"; c = dag.entryAfter [ "d" ] "3"; d = dag.entryAfter [ "b" ] "4"; e = dag.entryAnywhere "5"; }) { cycle = [ { name = "b"; data = "2"; after = [ "a" "c" ]; } { name = "c"; data = "3"; after = [ "d" ]; } { name = "d"; data = "4"; after = [ "b" ]; } ]; loops = [ { name = "b"; data = "2"; after = [ "a" "c" ]; } ]; })
  (case "dag.isEntry" (map dag.isEntry [ (dag.entryAnywhere 1) { data = 1; } 1 ]) [ true false false ])
  (case "dag.isDag" (map dag.isDag [ dag.empty { a = dag.entryAnywhere 1; } { a = 1; } ]) [ true true false ])
  (case "dag entries" [ (dag.entryAfter [ "a" ] 1) (dag.entryBefore [ "a" ] 1) (dag.entryBetween [ "b" ] [ "a" ] 1) ] [ { data = 1; after = [ "a" ]; before = [ ]; } { data = 1; after = [ ]; before = [ "a" ]; } { data = 1; after = [ "a" ]; before = [ "b" ]; } ])
  (case "dag.map" (dag.map (n: d: n + d) { a = dag.entryAfter [ "b" ] "x"; }) { a = { data = "ax"; after = [ "b" ]; before = [ ]; }; })
  (case "dag.entriesBetween" (dag.entriesBetween "t" [ "z" ] [ "a" ] [ 1 2 ]) { t-0 = { data = 1; after = [ "a" ]; before = [ ]; }; t-1 = { data = 2; after = [ "t-0" ]; before = [ "z" ]; }; })
  (case "dag.entriesAnywhere of none" (dag.entriesAnywhere "t" [ ]) { })

  (case "types.dagOf" (merge (t.dagOf lib.types.int) [ { a = 1; b = dag.entryAfter [ "a" ] 2; } ]) { a = dag.entryAnywhere 1; b = dag.entryAfter [ "a" ] 2; })
  (case "types.dagOf merges the data" (merge (t.dagOf lib.types.lines) [ { a = "x"; } { a = lib.mkBefore "y"; } ]).a.data "y\nx")
  (case "types.dagOf names its submodules" (merge (t.dagOf (lib.types.submodule ({ dagName, ... }: { options.n = lib.mkOption { default = dagName; }; }))) [ { a = { }; } ]).a.data.n "a")
  (throws "types.dagOf of other data" (merge (t.dagOf lib.types.int) [ { a = "x"; } ]).a.data)
  (case "types.selectorFunction" (merge t.selectorFunction [ (s: [ s.b ]) (s: [ s.a ]) ] { a = 1; b = 2; }) [ 1 2 ])
  (case "types.overlayFunction" (merge t.overlayFunction [ (final: prev: { b = prev.x; }) (final: prev: { a = final.y; }) ] { y = 1; } { x = 2; }) { a = 1; b = 2; })
  (case "types.fontType" (merge t.fontType [ { name = "DejaVu Sans"; } ]) { name = "DejaVu Sans"; package = null; size = null; })
  (case "types.nushellValue" (merge t.nushellValue [ { a = [ 1 "x" null ]; b = lib.hm.nushell.mkNushellInline "$env.X"; } ]) { a = [ 1 "x" null ]; b = { _type = "nushell-inline"; expr = "$env.X"; }; })
  (case "types.sourceFileOrLines" [ (merge (t.sourceFileOrLines ".d" "f") [ "a" ]) (removeAttrs (merge (t.sourceFileOrLines ".d" "f") [ { source = ./tree; recursive = true; } ]) [ "source" ]) ] [ { target = ".d/f"; text = "a"; source = null; recursive = false; } { target = ".d"; text = ""; recursive = true; } ])

  (case "booleans.yesNo" (map lib.hm.booleans.yesNo [ true false ]) [ "yes" "no" ])
  (case "assertions.assertPlatform" (let a = lib.hm.assertions.assertPlatform "services.x" { stdenv.hostPlatform.system = "x86_64-linux"; }; in [ (a [ "x86_64-linux" ]).assertion (a [ "b" "a" ]) ]) [ true { assertion = false; message = "The module services.x does not support your platform. It only supports\n\n  - a\n  - b"; } ])
  (case "darwin.mkCalendarInterval" (map lib.hm.darwin.mkCalendarInterval [ "hourly" "weekly" "semiannually" "never" ]) [ [ { Minute = 0; } ] [ { Weekday = 1; Hour = 0; Minute = 0; } ] [ { Month = 1; Day = 1; Hour = 0; Minute = 0; } { Month = 7; Day = 1; Hour = 0; Minute = 0; } ] null ])
  (case "darwin.assertInterval" (map (d: (lib.hm.darwin.assertInterval "o" "often" { stdenv.hostPlatform.isDarwin = d; }).assertion) [ true false ]) [ false true ])
  (case "git.diffPagerConfig" (lib.hm.git.diffPagerConfig "delta") { pager = { diff = "delta"; log = "delta"; show = "delta"; }; })

  (case "shell.exportAll" (lib.hm.shell.exportAll { A = "x y"; B = true; C = 1; D = null; E = "\${HOME}"; }) "export A=\"x y\"\nexport B=\"true\"\nexport C=\"1\"\nexport E=\"\${HOME}\"")
  (case "shell.prependToVar" (lib.hm.shell.prependToVar ":" "PATH" [ "$HOME/bin" "/b" ]) "$HOME/bin:/b\${PATH:+:}$PATH")
  (case "shell.wrapLines" (lib.hm.shell.wrapLines [ "item1" "item2" "very-long-item" "item3" ] 20) [ "item1 item2" "very-long-item item3" ])
  (case "shell.formatShellArrayContent" (lib.hm.shell.formatShellArrayContent [ "a" "b c" ]) "\n  a 'b c'\n")
  (case "shell integration" (let o = lib.hm.shell.mkZshIntegrationOption { config.home.shell.enableZshIntegration = true; extraDescription = "More."; }; in [ o.default o.example o.description o.type.name ]) [ true false "Whether to enable Zsh integration.\n\nMore." "bool" ])
  (case "shell integrations" (map (o: o.default) [ (lib.hm.shell.mkBashIntegrationOption { config.home.shell.enableBashIntegration = 1; }) (lib.hm.shell.mkFishIntegrationOption { config.home.shell.enableFishIntegration = 2; }) (lib.hm.shell.mkNushellIntegrationOption { config.home.shell.enableNushellIntegration = 3; }) (lib.hm.shell.mkIonIntegrationOption { config.home.shell.enableIonIntegration = 4; }) ]) [ 1 2 3 4 ])
  (case "zsh" [ (lib.hm.zsh.define "a" [ "x" "y z" ]) (lib.hm.zsh.defineAll { a = true; b = "q\"`"; c = 1; }) (lib.hm.zsh.export "a" "x") (lib.hm.zsh.exportAll { a = 1; b = null; c = "d"; } { indent = "  "; }) ] [ "a=(\n  x 'y z'\n)" "a=true\nb=\"q\\\"\\`\"\nc=\"1\"" "export a=\"x\"" "export a=\"1\"\n  export c=\"d\"" ])
  (case "nushell" [ (lib.hm.nushell.toNushell { } { a = [ 1 null ]; b = { }; }) (lib.hm.nushell.toNushell { multiline = false; } [ true "x" (lib.hm.nushell.mkNushellInline "ls") ]) (lib.hm.nushell.toNushell { asBindings = true; } { x = 1; y = [ ]; }) ] [ "{\n    \"a\": [\n        1\n        null\n    ]\n    \"b\": {}\n}" "[ true \"x\" (ls) ]" "let x = 1\nlet y = []\n" ])
  (throws "nushell's variables" (lib.hm.nushell.toNushell { asBindings = true; } { "a.b" = 1; }))
  (case "strings.storeFileName" (map lib.hm.strings.storeFileName [ ".config/foo-1.2 bar" "a@b" ]) [ "hm_.configfoo1.2bar" "hm_ab" ])
  (case "strings in other spellings" [ (lib.hm.strings.toSnakeCase "someHTTPValue") (lib.hm.strings.toKebabCase "FooBar") (lib.hm.strings.toCaseWithSeparator "." "aB") ] [ "some_h_t_t_p_value" "foo-bar" "a.b" ])
  (case "strings' spellings" [ (map lib.hm.strings.isCamelCase [ "fooBar" "foo" "FooBar" ]) (map lib.hm.strings.isPascalCase [ "FooBar" "fooBar" ]) (map lib.hm.strings.isSnakeCase [ "foo_bar1" "foo__bar" ]) (map lib.hm.strings.isKebabCase [ "a-b" "a_b" ]) (map lib.hm.strings.isScreamingSnakeCase [ "A_B1" "a_b" ]) ] [ [ true false false ] [ true false ] [ true false ] [ true false ] [ true false ] ])
  (case "strings.isPathLike" (map lib.hm.strings.isPathLike [ /a "${builtins.storeDir}/x" "/a" { type = "derivation"; } 1 ]) [ true true false true false ])

  (case "deprecations' warnings" (lib.hm.deprecations.mkDeprecatedOptionValueWarning { option = [ "programs" "x" ]; old = "a list"; replacement = "`y`"; details = "More."; }) "Using `programs.x` as a list is deprecated and will be\nremoved in a future release. Please use `y` instead.\n\nMore.\n")
  (case "deprecations.remapAttrsRecursive" (lib.hm.deprecations.remapAttrsRecursive { pred = _: false; transform = throw "not needed"; } "p" { a = [ { b = 1; } ]; }) { a = [ { b = 1; } ]; })
  (case "deprecations.mkStateVersionOptionDefault" (map (stateVersion: let d = lib.hm.deprecations.mkStateVersionOptionDefault { inherit stateVersion; since = "25.05"; optionPath = [ "a" ]; legacy.value = 1; current.value = 2; }; in [ d.effectiveDefault d.shouldWarn ]) [ "24.11" "25.05" ]) [ [ 1 false ] [ 2 false ] ])
  (case "deprecations.mkSettingsRenamedOptionModules" ((lib.evalModules { modules = [ { options.new = lib.mkOption { type = lib.types.attrsOf lib.types.int; }; options.warnings = lib.mkOption { type = lib.types.listOf lib.types.str; default = [ ]; }; config.old.fooBar = 1; } ] ++ lib.hm.deprecations.mkSettingsRenamedOptionModules [ "old" ] [ "new" ] { } [ "fooBar" ]; }).config.new) { foo_bar = 1; })
  (case "mcp.transformMcpServer" (lib.hm.mcp.transformMcpServer { server = { command = "c"; args = [ ]; disabled = true; env = { A = "1"; B.file = "/f"; }; }; extraTransforms = [ lib.hm.mcp.addType ]; }) { command = "c"; enabled = false; type = "stdio"; env = { A = "1"; B = "{file:/f}"; }; })
  (case "mcp.wrapEnvFilesCommand" (let w = lib.hm.mcp.wrapEnvFilesCommand { pkgs.writeShellScript = n: _: n; name = "s"; }; in [ (w { command = "c"; env.A = "1"; }) (w { command = "c"; args = [ "x" ]; env = { A = "1"; B.file = "/f"; }; }) ]) [ { command = "c"; env.A = "1"; } { command = "mcp-s-wrapper"; args = [ ]; env.A = "1"; } ])

  (case "generators.toHyprconf" (lib.hm.generators.toHyprconf { attrs = { "$mod" = "SUPER"; decoration.rounding = 10; bind = [ "a" "b" ]; x = 1; device = [ { name = "d"; } { name = "e"; } ]; }; }) "$mod=SUPER\nbind=a\nbind=b\n\ndecoration {\n  rounding=10\n}\n\ndevice {\n  name=d\n}\n\ndevice {\n  name=e\n}\nx=1\n")
  (case "generators.toKDL" (lib.hm.generators.toKDL { } { a = 1; b = "x\"y"; c = [ true null ]; d = { _args = [ 1 ]; _props.k = "v"; e = { }; }; f._children = [ { g = 1; } { g = 2; } ]; h = [ { i = 1; } ]; }) "a 1\nb \"x\\\"y\"\nc true null\nd 1 k=\"v\" {\n\te\n}\nf {\n\tg 1\n\tg 2\n}\nh {\n\t- {\n\t\ti 1\n\t}\n}\n")
  (case "generators.toSCFG" (lib.hm.generators.toSCFG { } [ { name = "a"; params = [ "x y" 1 true "" ]; } { name = "b"; children = [ { name = "c"; params = [ "q\"" ]; } ]; } { name = "d"; params = [ null ]; children = [ ]; } ]) "a \"x y\" 1 true \"\"\nb {\n\tc \"q\\\"\"\n}\n")
  (case "generators in the order of a graph" [ (lib.hm.generators.toDAGOrderedAttrs { } { a = dag.entryAfter [ "b" ] 1; b = 2; }) (lib.hm.generators.toDAGOrderedAttrs { } { a = dag.entryAnywhere 1; }) (lib.hm.generators.toDAGOrderedINI { } { a = dag.entryAfter [ "b" ] { k = 1; }; b.k = 2; }) ] [ [ { name = "b"; value = 2; } { name = "a"; value = 1; } ] [ { name = "a"; value = dag.entryAnywhere 1; } ] "[b]\nk=2\n\n[a]\nk=1\n" ])
  (case "generators.toDAGOrderedKeyValue" (lib.hm.generators.toDAGOrderedKeyValue { listToValue = lib.concatStringsSep ","; } { a = dag.entryAfter [ "b" ] [ "x" "y" ]; b = 1; }) "b=1\na=x,y\n")
]
