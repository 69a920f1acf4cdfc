# The caches by which programs find the type of a file, and what opens it.
# https://specifications.freedesktop.org/shared-mime-info-spec/0.21/
{
  config,
  lib,
  nhmtLib,
  pkgs,
  ...
}:
let
  cfg = config.xdg.mime;
  # Only what the home brings itself makes the caches stale.
  within = directory: builtins.any (lib.hasPrefix directory) (builtins.attrNames config.xdg.dataFile);
  opens = builtins.any (e: e.mimeType != null) (builtins.attrValues config.xdg.desktopEntries);
  types = within "mime/packages/";

  run =
    package: command: directory:
    let
      program = if package == null then command else "${package}/bin/${command}";
    in
    ''
      if command -v ${program} >/dev/null; then
        run --silence ${program} "${nhmtLib.shell.inQuotes config.xdg.dataHome}/${directory}"
      else
        warnEcho "${command} is not there, so that ${directory} below ${nhmtLib.shell.inQuotes config.xdg.dataHome} keeps an old cache; install ${
          if command == "update-mime-database" then "shared-mime-info" else "desktop-file-utils"
        }, or set xdg.mime.enable = false"
      fi
    '';
in
{
  options.xdg.mime = {
    enable = lib.mkOption {
      type = lib.types.bool;
      default = true;
      description = ''
        Whether a switch brings the caches of types and applications below {option}`xdg.dataHome` up to date,
        for {option}`xdg.desktopEntries` with types and for `mime/packages`.
      '';
    };
    sharedMimeInfoPackage = nhmtLib.packages.option pkgs "shared-mime-info" "The package with `update-mime-database`; null takes what is on PATH." { };
    desktopFileUtilsPackage = nhmtLib.packages.option pkgs "desktop-file-utils" "The package with `update-desktop-database`; null takes what is on PATH." { };
  };

  config.home.activation = lib.mkIf (cfg.enable && (opens || types)) {
    xdgMimeCaches = lib.hm.dag.entryAfter [ "linkGeneration" ] (
      lib.optionalString types (run cfg.sharedMimeInfoPackage "update-mime-database" "mime")
      + lib.optionalString opens (run cfg.desktopFileUtilsPackage "update-desktop-database" "applications")
    );
  };
}
