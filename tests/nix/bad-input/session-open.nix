{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.sessionVariables = {
    BACKSLASH = "C:\\";
    BRACE = "\${A:-x";
    COMMAND = "$(date";
    TICK = "`date";
    # These are whole.
    WHOLE = "\\\\ \\\" \\$( \\` \\\${ $(date) `date` \${A:-\${B}} \"so\"";
  };
  home.sessionPath = [ "/a\"b" ];
  home.sessionSearchVariables.LIST = [ "/l\\" ];
}
