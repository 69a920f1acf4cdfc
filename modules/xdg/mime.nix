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

  data = nhmtLib.shell.inQuotes config.xdg.dataHome;
  program = package: name: if package == null then name else "${package}/bin/${name}";
  updateTypes = program cfg.sharedMimeInfoPackage "update-mime-database";
  updateApplications = program cfg.desktopFileUtilsPackage "update-desktop-database";
  # The cache of types has a form of its own, which only that program writes.
  typesText = ''
    if ! command -v ${updateTypes} >/dev/null; then
      echo "the types of ${data}/mime/packages need update-mime-database; install shared-mime-info, or set xdg.mime.enable = false" >&2
      exit 1
    fi
    run --silence ${updateTypes} "${data}/mime"
  '';
  applicationsText = ''
    if command -v ${updateApplications} >/dev/null; then
      run --silence ${updateApplications} "${data}/applications"
    else
      desktopCache "${data}/applications"
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
        for {option}`xdg.desktopEntries` with types and for `mime/packages`, and whether the packages' types
        have one, which needs a package set.
      '';
    };
    sharedMimeInfoPackage =
      nhmtLib.packages.option pkgs "shared-mime-info"
        "The package with `update-mime-database`; null takes what is on PATH."
        { };
    database = lib.mkOption {
      type = lib.types.nullOr lib.types.str;
      internal = true;
      readOnly = true;
      default =
        if cfg.enable && cfg.sharedMimeInfoPackage != null then
          "${cfg.sharedMimeInfoPackage}/bin/update-mime-database"
        else
          null;
      defaultText = lib.literalMD "that of the package";
      description = "The program that makes the database of the types that packages know.";
    };
    desktopFileUtilsPackage =
      nhmtLib.packages.option pkgs "desktop-file-utils"
        "The package with `update-desktop-database`; null takes what is on PATH."
        { };
  };

  config.home.activation = lib.mkIf (cfg.enable && (opens || types)) {
    xdgMimeCaches = lib.hm.dag.entryAfter [ "linkGeneration" ] (
      lib.optionalString types typesText
      + lib.optionalString opens (builtins.readFile ./desktop-cache.sh + applicationsText)
    );
  };
}
