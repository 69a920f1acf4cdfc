# How often launchd runs a job.
{ lib }:
let
  at = Hour: Minute: { inherit Hour Minute; };
  midnight = at 0 0;
  first =
    Month:
    midnight
    // {
      Day = 1;
      inherit Month;
    };

  calendar = {
    hourly = [ { Minute = 0; } ];
    daily = [ midnight ];
    weekly = [ (midnight // { Weekday = 1; }) ];
    monthly = [ (midnight // { Day = 1; }) ];
    semiannually = [
      (first 1)
      (first 7)
    ];
    annually = [ (first 1) ];
  };
  names = [
    "hourly"
    "daily"
    "weekly"
    "monthly"
    "semiannually"
    "annually"
  ];
  listed = lib.concatStringsSep ", " names;
in
{
  mkCalendarInterval = interval: calendar.${interval} or null;
  assertInterval = option: interval: pkgs: {
    assertion = pkgs.stdenv.hostPlatform.isDarwin -> builtins.elem interval names;
    message = "On Darwin, ${option} must be one of: ${listed}.";
  };
  intervalDocumentation = ''
    On Darwin, it must be one of: ${listed}, which are implemented as defined in {manpage}`systemd.time(7)`.
  '';
}
