# Servers of the Model Context Protocol, as its clients configure them. The
# value of a variable in `env` may be `{ file = PATH; }`, read at the start.
{ lib }:
let
  inherit (builtins) isAttrs mapAttrs;
  isFile = v: isAttrs v && v ? file;
  given = v: v != null;
in
rec {
  renderEnv = show: mapAttrs (_: v: if isFile v then show v.file else v);

  mkEnvFilesWrapper =
    {
      pkgs,
      name,
      server,
    }:
    let
      files = lib.filterAttrs (_: isFile) (server.env or { });
      read =
        variable:
        { file, ... }:
        ''
          if ${variable}=$(cat ${lib.escapeShellArg file}); then
            export ${variable}
          else
            printf '[${name} wrapper ] Failed to read env var %s from %s\n' \
              ${lib.escapeShellArg variable} \
              ${lib.escapeShellArg file} >&2
          fi
        '';
    in
    pkgs.writeShellScript "mcp-${name}-wrapper" ''
      ${lib.concatStrings (lib.mapAttrsToList read files)}
      exec ${lib.escapeShellArgs ([ server.command ] ++ server.args or [ ])}
    '';
  # What needs files gets a script for its command.
  wrapEnvFilesCommand =
    { pkgs, name }:
    server:
    let
      env = server.env or { };
    in
    if !(lib.any isFile (builtins.attrValues env)) then
      server
    else
      server
      // {
        command = mkEnvFilesWrapper { inherit pkgs name server; };
        args = [ ];
        env = lib.filterAttrs (_: v: !(isFile v)) env;
      };

  resolveEnabled =
    server:
    if given (server.enabled or null) then
      server.enabled
    else if given (server.disabled or null) then
      !server.disabled
    else
      null;
  addType = server: { type = if given (server.url or null) then "http" else "stdio"; } // server;

  transformMcpServer =
    {
      server,
      exclude ? [ ],
      extraTransforms ? [ ],
      mkFileRef ? path: "{file:${path}}",
    }:
    let
      start = server // {
        enabled = resolveEnabled server;
        url = if given (server.url or null) then server.url else server.serverUrl or null;
      };
      changed = lib.pipe start extraTransforms;
      rendered = changed // lib.optionalAttrs (changed ? env) { env = renderEnv mkFileRef changed.env; };
    in
    lib.filterAttrs (_: v: v != null && v != [ ] && v != { }) (
      removeAttrs rendered (
        [
          "disabled"
          "serverUrl"
        ]
        ++ exclude
      )
    );
}
