# home.secrets.
{
  case,
  manifest,
  file,
  fails,
  storeName,
  lib,
}:
let
  encrypted = builtins.toFile "mail.age" "age";
  with' = more: { config, ... }: { home.secrets.mail = { file = encrypted; } // more; };
  secrets = configuration: (manifest configuration).secrets;
  one = more: removeAttrs (secrets (with' more)).files.mail [ "declaredIn" ];
  units = builtins.filter (lib.hasSuffix "nhmt-secrets.service");
  names = configuration: builtins.attrNames (manifest configuration).files;
in
[
  (case "no secrets, nothing of them" ((manifest { }) ? secrets || units (names { }) != [ ]) false)
  (case "a secret" (one { }) { file = encrypted; mode = "0400"; })
  (case "its mode" (one { mode = "600"; }).mode "600")
  (case "a mode that is none" (map (mode: fails (one { inherit mode; })) [ "0200" "rw" "1777" "04000" ]) [ true true true true ])
  (case "copied to the store by its name" (storeName (secrets { home.secrets."a+b" = { file = ./key.age; }; }).files."a+b".file) "key.age")
  (case "not age by its name" (fails (secrets { home.secrets.a.file = ./files.nix; })) true)
  (case "one that is missing" (fails (secrets { home.secrets.a.file = ./none.age; })) true)
  (case "not enabled" ((manifest (with' { enable = false; })) ? secrets) false)
  (case "target" (removeAttrs (file "a/b" (with' { target = "./a/b"; })) [ ]) { secret = "mail"; executable = null; force = false; })
  (case "absolute target" (file "a" (with' { target = "/home/alice/a"; force = true; })).force true)
  (case "target outside" (fails (manifest (with' { target = "/etc/a"; }))) true)
  (case "target that is taken" (fails (manifest { imports = [ (with' { target = "a"; }) ]; home.file.a.text = ""; })) true)
  (case "onChange" (lib.hasInfix "reload" (file "a" (with' { target = "a"; onChange = "reload"; })).onChange) true)
  (case "path and placeholder" (file "a" ({ config, ... }: {
    imports = [ (with' { }) ];
    home.file.a.text = "${config.home.secrets.mail.path} ${config.home.secrets.mail.placeholder}";
  })).text "/home/alice/.local/state/nhmt/current/secrets/mail {{nhmt-secret:mail}}")
  (case "path is read only" (fails (manifest ({ config, ... }: { imports = [ (with' { path = "/x"; }) ]; home.file.a.text = config.home.secrets.mail.path; }))) true)
  (case "a placeholder in a value" (file "a" ({ config, ... }: {
    imports = [ (with' { }) ];
    home.file.a = { format = "json"; value.x = config.home.secrets.mail.placeholder; };
  })).value { x = "{{nhmt-secret:mail}}"; })
  (case "the path as a source" (fails (file "a" ({ config, ... }: {
    imports = [ (with' { }) ];
    home.file.a.source = config.home.secrets.mail.path;
  }))) true)
  (case "a link to the path" (file "a" ({ config, ... }: {
    imports = [ (with' { }) ];
    home.file.a.source = config.lib.file.mkOutOfStoreSymlink config.home.secrets.mail.path;
  })).source "/home/alice/.local/state/nhmt/current/secrets/mail")
  (case "identities" (secrets { imports = [ (with' { }) ]; nhmt.secrets.identities = [ "~/k" /home/alice/l ]; }).identities [ "~/k" "/home/alice/l" ])
  (case "a key in the store" (fails (secrets { imports = [ (with' { }) ]; nhmt.secrets.identities = [ encrypted ]; })) true)
  (case "directory" (removeAttrs (secrets { imports = [ (with' { }) ]; nhmt.secrets = { directory = "/run/x"; allowDisk = true; }; }) [ "files" ]) { directory = "/run/x"; allowDisk = true; })
  (case "settings without secrets" ((manifest { nhmt.secrets.allowDisk = true; }) ? secrets) false)
  (case "units" (units (names (with' { }))) [ ".config/systemd/user/basic.target.wants/nhmt-secrets.service" ".config/systemd/user/nhmt-secrets.service" ])
  (case "no units" (units (names { imports = [ (with' { }) ]; nhmt.secrets.service.enable = false; })) [ ])
]
