# Text formats, and command lines.
{ lib }:
let
  case = name: expr: expected: { inherit name expr expected; };
  throws = name: expr: { inherit name expr; };
in
[
  (case "toKeyValue" (lib.generators.toKeyValue { } { a = 1; b = "x"; c = true; }) "a=1\nb=x\nc=true\n")
  (case "toINI" (lib.generators.toINI { } { s = { k = 1; }; t.l = "x"; }) "[s]\nk=1\n\n[t]\nl=x\n")
  (case "toINIWithGlobalSection" (lib.generators.toINIWithGlobalSection { } { globalSection.g = 1; sections.s.k = 2; }) "g=1\n\n[s]\nk=2\n")
  (case "toGitINI" (lib.generators.toGitINI { user.name = "A"; remote.origin.url = "u"; }) "[remote \"origin\"]\n\turl = \"u\"\n\n[user]\n\tname = \"A\"\n")
  (case "toPretty" (lib.generators.toPretty { multiline = false; } { a = [ 1 "x" null ]; }) "{ a = [ 1 \"x\" null ]; }")
  (case "toGNUCommandLine" (lib.cli.toGNUCommandLine { } { x = "1"; long = true; off = false; l = [ "a" "b" ]; }) [ "-l" "a" "-l" "b" "--long" "-x" "1" ])
  (case "toKeyValue of lists" (lib.generators.toKeyValue { listsAsDuplicateKeys = true; indent = "  "; } { a = [ 1 2 ]; b = null; }) "  a=1\n  a=2\n  b=null\n")
  (case "toKeyValue escapes the separator in keys" (lib.generators.toKeyValue { } { "a=b" = 1; }) "a\\=b=1\n")
  (case "mkKeyValueDefault" (lib.generators.mkKeyValueDefault { mkValueString = v: if v == true then "YES" else "NO"; } ":" "f:oo" true) "f\\:oo:YES")
  (case "mkValueStringDefault" (map (lib.generators.mkValueStringDefault { }) [ 1 "s" true false null 1.5 { type = "derivation"; outPath = "/p"; } ]) [ "1" "s" "true" "false" "null" "1.500000" "/p" ])
  (case "toINI escapes section names" (lib.generators.toINI { } { foo = { hi = "${toString [ 1 ]}"; ciao = "bar"; }; baz = { "also, integers" = 42; }; "[s]" = { }; }) "[\\[s\\]]\n\n[baz]\nalso, integers=42\n\n[foo]\nciao=bar\nhi=1\n")
  (case "toINI with other parts" (lib.generators.toINI { mkSectionName = lib.toUpper; mkKeyValue = k: v: "${k} -> ${v}"; listsAsDuplicateKeys = true; } { s.k = [ "a" "b" ]; }) "[S]\nk -> a\nk -> b\n")
  (case "toINIWithGlobalSection of one part" [ (lib.generators.toINIWithGlobalSection { } { globalSection = { }; sections.s.k = 1; }) (lib.generators.toINIWithGlobalSection { } { globalSection.g = 1; }) ] [ "[s]\nk=1\n" "g=1\n\n" ])
  (case "toGitINI of subsections and lists" (lib.generators.toGitINI { url."ssh://git@github.com/".insteadOf = "https://github.com"; user.name = "edolstra"; core.x = [ "a" "b" ]; s.t.u.v = true; }) "[core]\n\tx = \"a\"\n\tx = \"b\"\n\n[s \"t.u\"]\n\tv = true\n\n[url \"ssh://git@github.com/\"]\n\tinsteadOf = \"https://github.com\"\n\n[user]\n\tname = \"edolstra\"\n")
  (case "toGitINI escapes" (lib.generators.toGitINI { a.b = "q\"\\\n\t"; }) "[a]\n\tb = \"q\\\"\\\\\\n\\t\"\n")
  (case "toGitINI of ready section names" (lib.generators.toGitINI { "a \"b.c\"".d = 1; "x.y".z = 2; }) "[a \"b.c\"]\n\td = 1\n\n[x \"y\"]\n\tz = 2\n")
  (case "toJSON toYAML" [ (lib.generators.toJSON { } { a = [ 1 null ]; }) (lib.generators.toYAML { } { a = true; }) ] [ "{\"a\":[1,null]}" "{\"a\":true}" ])
  (case "toPretty in lines" (lib.generators.toPretty { } { a = [ 1 ]; b = { }; c = [ ]; "d e" = "x\ny\n"; f = 1.5; g = /etc; }) "{\n  a = [\n    1\n  ];\n  b = { };\n  c = [ ];\n  \"d e\" = ''\n    x\n    y\n  '';\n  f = 1.5;\n  g = /etc;\n}")
  (case "toPretty escapes" [ (lib.generators.toPretty { } "a\"b\\\${c}") (lib.generators.toPretty { } "''\n\${x}") (lib.generators.toPretty { multiline = false; } "a\nb") ] [ "\"a\\\"b\\\\\\\${c}\"" "''\n  '''\n  ''\${x}''" "\"a\\nb\"" ])
  (case "toPretty of functions and packages" [ (lib.generators.toPretty { } (x: x)) (lib.generators.toPretty { } ({ a, b ? 1 }: a)) (lib.generators.toPretty { } { type = "derivation"; name = "n"; }) ] [ "<function>" "<function, args: {a, b?}>" "<derivation n>" ])
  (case "toPretty of pretty values" (lib.generators.toPretty { allowPrettyValues = true; } { a = { __pretty = v: "<${v}>"; val = "x"; }; }) "{\n  a = <x>;\n}")
  (case "withRecursion" (lib.generators.withRecursion { depthLimit = 1; throwOnDepthLimit = false; } { a = 1; b.c = 2; }) { a = "<unevaluated>"; b = { c = "<unevaluated>"; }; })
  (throws "withRecursion throws" (lib.generators.withRecursion { depthLimit = 1; } { a.b.c = 1; }))
  (case "toPlist" (lib.generators.toPlist { escape = true; } { a = [ 1 true ]; b = "<x>"; c = null; d = { }; e = 1.5; }) ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple Computer//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n<dict>\n\t<key>a</key>\n\t<array>\n\t\t<integer>1</integer>\n\t\t<true/>\n\t</array>\n\t<key>b</key>\n\t<string>&lt;x&gt;</string>\n\t<key>d</key>\n\t<dict>\n\n\t</dict>\n\t<key>e</key>\n\t<real>1.500000</real>\n</dict>\n</plist>"))
  (case "toLua" (lib.generators.toLua { } { cmd = [ "typescript-language-server" "--stdio" ]; settings.workspace.library = lib.generators.mkLuaInline "vim.api.nvim_get_runtime_file(\"\", true)"; n = null; e = { }; }) "{\n  [\"cmd\"] = {\n    \"typescript-language-server\",\n    \"--stdio\"\n  },\n  [\"e\"] = {},\n  [\"n\"] = nil,\n  [\"settings\"] = {\n    [\"workspace\"] = {\n      [\"library\"] = (vim.api.nvim_get_runtime_file(\"\", true))\n    }\n  }\n}")
  (case "toLua in one line" (lib.generators.toLua { multiline = false; } [ 1 1.5 "a" true ]) "{ 1, 1.5, \"a\", true }")
  (case "toLua as bindings" (lib.generators.toLua { asBindings = true; } { x = 1; "y.z" = [ 2 ]; }) "x = 1\ny.z = {\n  2\n}\n")
  (throws "toLua of bad names" (lib.generators.toLua { asBindings = true; } { "1a" = 1; }))
  (case "toDhall" (lib.generators.toDhall { } { a = 1; b = (-1); c = [ true "x" ]; }) "{ a = +1, b = -1, c = [ True, \"x\" ] }")
  (case "toDconfINI" (lib.generators.toDconfINI { "org/gnome" = { a = true; b = [ "x" ]; c = lib.gvariant.mkUint32 3; }; }) "[org/gnome]\na=true\nb=@as ['x']\nc=@u 3\n")

  (case "toCommandLineGNU" (lib.cli.toCommandLineGNU { } { v = true; verbose = [ true true false null ]; i = ".bak"; testsuite = [ "unit" "integration" ]; e = [ "s/a/b/" "s/b/c/" ]; n = false; data = "x"; }) [ "--data=x" "-es/a/b/" "-es/b/c/" "-i.bak" "--testsuite=unit" "--testsuite=integration" "-v" "--verbose" "--verbose" ])
  (case "toCommandLineShellGNU" (lib.cli.toCommandLineShellGNU { } { message = "a b"; X = "PUT"; }) "-XPUT '--message=a b'")
  (case "toCommandLine" (lib.cli.toCommandLine (name: { option = "-${name}"; sep = null; explicitBool = true; formatArg = v: if v == true then "on" else toString v; }) { a = true; b = [ 1 2 ]; c = null; }) [ "-a" "on" "-b" "1" "-b" "2" ])
  (case "toCommandLineShell" (lib.cli.toCommandLineShell (name: { option = "--${name}"; sep = "="; explicitBool = false; }) { a = "x y"; }) "'--a=x y'")
  (case "toGNUCommandLine with a separator" (lib.cli.toGNUCommandLine { optionValueSeparator = "="; } { data = "x"; X = "PUT"; retry = 3; retry-delay = null; url = [ "a" "b" ]; silent = false; verbose = true; }) [ "-X=PUT" "--data=x" "--retry=3" "--url=a" "--url=b" "--verbose" ])
  (case "toGNUCommandLineShell" (lib.cli.toGNUCommandLineShell { } { message = "a b"; }) "--message 'a b'")
]
