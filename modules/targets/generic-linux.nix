# targets.genericLinux: what a Linux other than NixOS needs for packages of Nix
# and its own programs to find each other.
#
# NixOS is not asked for. What is added to the end of a list has to be there,
# so that a system without these places gets none of them.
{
  config,
  lib,
  nhmtLib,
  ...
}:
let
  inherit (lib) mkIf mkOption;
  cfg = config.targets.genericLinux;
  below = place: nhmtLib.shell.inQuotes "${config.home.profileDirectory}/${place}";
  there = text: {
    inherit text;
    there = true;
  };
in
{
  imports = [
    ./nixgl.nix
    (lib.mkRenamedOptionModule
      [ "targets" "genericLinux" "extraXdgDataDirs" ]
      [ "xdg" "systemDirs" "data" ]
    )
    (lib.mkRenamedOptionModule [ "nixGL" ] [ "targets" "genericLinux" "nixGL" ])
  ];

  options.targets.genericLinux.enable = mkOption {
    type = lib.types.bool;
    default = nhmtLib.isLinux;
    defaultText = lib.literalExpression "whether it is Linux";
    description = ''
      Whether programs of the home and of the distribution find each other's files: desktop entries, icons,
      cursors, terminals, manuals, locales. On NixOS it adds nothing that the system has not.
    '';
  };
  options.i18n.glibcLocales = mkOption {
    type = lib.types.nullOr lib.types.path;
    default = null;
    example = lib.literalExpression "pkgs.glibcLocales";
    description = ''
      The locales for programs of Nix. Null takes those of home.packages, when there are any
      (`pkgs.glibcLocales`).
    '';
  };

  config = lib.mkMerge [
    (mkIf (config.i18n.glibcLocales != null) {
      home.sessionVariables.LOCALE_ARCHIVE_2_27 = nhmtLib.shell.inQuotes "${config.i18n.glibcLocales}/lib/locale/locale-archive";
    })
    (mkIf (cfg.enable && config.home.packages != [ ]) {
      nhmt.session.search = [
        {
          name = "PATH";
          # Where nobody else has put Nix itself.
          last = map there [
            "$HOME/.nix-profile/bin"
            "$HOME/.local/state/nix/profile/bin"
            "/nix/var/nix/profiles/default/bin"
          ];
        }
        {
          name = "XDG_DATA_DIRS";
          first = [ (below "share") ];
          last = map there [
            "$HOME/.local/share/flatpak/exports/share"
            "/var/lib/flatpak/exports/share"
            "/var/lib/snapd/desktop"
          ];
        }
        {
          name = "XCURSOR_PATH";
          first = [ (below "share/icons") ];
          # What libXcursor looks in without the variable.
          last = map there [
            "$HOME/.local/share/icons"
            "$HOME/.icons"
            "/usr/share/icons"
            "/usr/share/pixmaps"
          ];
        }
        {
          name = "TERMINFO_DIRS";
          first = [ (below "share/terminfo") ];
          # Debian, Fedora and Gentoo, Debian, and all.
          last = map there [
            "/etc/terminfo"
            "/lib/terminfo"
            "/usr/share/terminfo"
          ];
        }
        # man and info look beside PATH as long as they are told nothing else.
        {
          name = "MANPATH";
          first = [ (below "share/man") ];
          when = "set";
        }
        {
          name = "INFOPATH";
          first = [ (below "share/info") ];
          when = "set";
        }
      ]
      ++ lib.optional (config.i18n.glibcLocales == null) {
        name = "LOCALE_ARCHIVE_2_27";
        first = [ (there (below "lib/locale/locale-archive")) ];
        when = "unset";
      };

      # Functions of the distribution, for a zsh of Nix.
      programs.zsh.envExtra = lib.mkBefore ''
        for __nhmt_dir in /usr/share/zsh/{site-functions,vendor-completions,vendor-functions}(N/); do
          (( ''${fpath[(Ie)$__nhmt_dir]} )) || fpath+=("$__nhmt_dir")
        done
        unset __nhmt_dir
      '';
    })
  ];
}
