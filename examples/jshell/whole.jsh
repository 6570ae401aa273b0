// Shows answers whole and each from the beginning of a line; JShell cuts them at 1,000 characters.
/set mode hairpin normal -command
/set format hairpin display "{value}" expression-added,modified,replaced-primary
/set truncation hairpin 1000000
/set feedback hairpin
