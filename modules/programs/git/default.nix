# programs.git: the files below <config home>/git.
{
  config,
  lib,
  nhmtLib,
  options,
  pkgs,
  ...
}:
let
  inherit (lib) mkDefault mkIf mkMerge;
  cfg = config.programs.git;
  place = "${config.xdg.configHome}/git";
  declaredIn = nhmtLib.locations.ofOption options.programs.git.enable;
  renamed =
    from: to:
    lib.mkRenamedOptionModule
      (
        [
          "programs"
          "git"
        ]
        ++ from
      )
      (
        [
          "programs"
          "git"
        ]
        ++ to
      );

  # Text files of lines; none when there is nothing to say.
  lines =
    xs:
    mkIf (xs != [ ]) {
      inherit declaredIn;
      text = lib.concatMapStrings (l: l + "\n") xs;
    };

  includes = lib.imap1 (
    n: i:
    i
    // rec {
      file = "includes/${toString n}-${i.contentSuffix}";
      written = i.contents != { };
      path =
        if i.path != null then
          "${i.path}"
        else if written then
          "${place}/${file}"
        else
          throw "programs.git.includes: entry ${toString n} has neither a path nor contents";
    }
  ) cfg.includes;
  include =
    i:
    if i.condition == null then
      { include.path = i.path; }
    else
      { includeIf.${i.condition}.path = i.path; };

  # git reads from top to bottom: what is included comes last, so that it can
  # outrank the settings.
  parts = builtins.filter (p: p != { }) (
    [ cfg.iniContent ]
    ++ lib.optionals (builtins.isList cfg.settings) cfg.settings
    ++ map include includes
  );
  lfs = if cfg.lfs.package == null then "git-lfs" else lib.getExe cfg.lfs.package;
  skip = lib.optionalString cfg.lfs.skipSmudge " --skip";
in
{
  imports = [
    (renamed [ "extraConfig" ] [ "settings" ])
    (renamed [ "userName" ] [ "settings" "user" "name" ])
    (renamed [ "userEmail" ] [ "settings" "user" "email" ])
    (renamed [ "aliases" ] [ "settings" "alias" ])
    (renamed [ "signing" "gpgPath" ] [ "signing" "signer" ])
  ];

  options.programs.git = import ./options.nix { inherit lib nhmtLib pkgs; };

  config = mkIf cfg.enable {
    home.packages =
      lib.optional (cfg.package != null) cfg.package
      ++ lib.optional (cfg.lfs.enable && cfg.lfs.package != null) cfg.lfs.package;

    programs.git.iniContent = mkMerge [
      (mkIf (!builtins.isList cfg.settings) cfg.settings)
      (mkIf (cfg.signing.key != null) { user.signingKey = mkDefault cfg.signing.key; })
      (mkIf (cfg.signing.signByDefault != null) {
        commit.gpgSign = mkDefault cfg.signing.signByDefault;
        tag.gpgSign = mkDefault cfg.signing.signByDefault;
      })
      (mkIf (cfg.signing.format != null) { gpg.format = mkDefault cfg.signing.format; })
      (mkIf (cfg.signing.signer != null) {
        gpg.${if cfg.signing.format == null then "openpgp" else cfg.signing.format}.program =
          mkDefault cfg.signing.signer;
      })
      (mkIf (cfg.hooks != { }) { core.hooksPath = mkDefault "${place}/hooks"; })
      (mkIf cfg.lfs.enable {
        filter.lfs = {
          clean = "${lfs} clean -- %f";
          process = "${lfs} filter-process${skip}";
          required = true;
          smudge = "${lfs} smudge${skip} -- %f";
        };
      })
    ];

    xdg.configFile = mkMerge [
      {
        "git/config" = {
          inherit declaredIn;
          format = "git-config";
          value =
            if parts == [ ] then
              { }
            else if builtins.length parts == 1 then
              builtins.head parts
            else
              parts;
        };
        "git/ignore" = lines cfg.ignores;
        "git/attributes" = lines cfg.attributes;
      }
      (lib.mapAttrs' (
        name: source:
        lib.nameValuePair "git/hooks/${name}" {
          inherit source declaredIn;
          executable = true;
        }
      ) cfg.hooks)
      (builtins.listToAttrs (
        map (
          i:
          lib.nameValuePair "git/${i.file}" {
            inherit declaredIn;
            format = "git-config";
            value = i.contents;
          }
        ) (builtins.filter (i: i.written) includes)
      ))
    ];
  };
}
