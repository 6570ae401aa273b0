// Everything one needs to ask a cluster questions; see README.md.
import dev.hairpin.*;
import dev.hairpin.api.*;
import dev.hairpin.cluster.*;
import dev.hairpin.examples.*;
import dev.hairpin.examples.console.Console;
import dev.hairpin.manifest.*;
import dev.hairpin.net.*;
import dev.hairpin.path.*;
import dev.hairpin.path.trace.*;
import dev.hairpin.whatif.*;
import java.nio.file.*;
import java.time.*;
import java.util.*;

void print(Object o) { System.out.println(o); }

// The retail store of the EKS workshop. Type c. and the tab key.
var c = Console.store();
