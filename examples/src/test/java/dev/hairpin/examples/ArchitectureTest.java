package dev.hairpin.examples;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Holds the directions in which the parts of the house may depend on one another. */
class ArchitectureTest {
  private static final JavaClasses HAIRPIN = new ClassFileImporter()
      .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
      .importPackages("dev.hairpin");

  @Test
  void theFloorsOfCoreDependDownwardsOnly() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .withOptionalLayers(true)
        .layer("net")
        .definedBy("dev.hairpin.net..")
        .layer("time")
        .definedBy("dev.hairpin.time..")
        .layer("collect")
        .definedBy("dev.hairpin.collect..")
        .layer("api")
        .definedBy("dev.hairpin.api..")
        .layer("manifest")
        .definedBy("dev.hairpin.manifest..")
        .layer("cluster")
        .definedBy("dev.hairpin.cluster..")
        .layer("path")
        .definedBy("dev.hairpin.path..")
        .layer("analysis")
        .definedBy("dev.hairpin.analysis..")
        .layer("front door")
        .definedBy("dev.hairpin")
        .layer("whatif")
        .definedBy("dev.hairpin.whatif..")
        .whereLayer("analysis")
        .mayOnlyBeAccessedByLayers("front door", "whatif")
        .whereLayer("path")
        .mayOnlyBeAccessedByLayers("analysis", "front door", "whatif")
        .whereLayer("cluster")
        .mayOnlyBeAccessedByLayers("path", "analysis", "front door", "whatif")
        .whereLayer("manifest")
        .mayOnlyBeAccessedByLayers("cluster", "path", "analysis", "front door", "whatif")
        .whereLayer("api")
        .mayOnlyBeAccessedByLayers(
            "manifest", "cluster", "path", "analysis", "front door", "whatif")
        .whereLayer("collect")
        .mayNotAccessAnyLayer()
        .whereLayer("front door")
        .mayOnlyBeAccessedByLayers("whatif")
        .whereLayer("whatif")
        .mayNotBeAccessedByAnyLayer()
        .check(HAIRPIN);
  }

  @Test
  void packagesOfTheLibraryHaveNoCycles() {
    slices()
        .matching("dev.hairpin.(**)")
        .should()
        .beFreeOfCycles()
        .ignoreDependency(resideInAnyPackage("dev.hairpin.examples.."), alwaysTrue())
        .check(HAIRPIN);
  }

  @Test
  void addOnsNeverSeeEachOther() {
    slices()
        .matching("dev.hairpin.(iptables|dns|lb)..")
        .should()
        .notDependOnEachOther()
        .check(HAIRPIN);
  }

  @Test
  void coreKnowsNoAddOn() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "dev.hairpin.iptables..",
            "dev.hairpin.dns..",
            "dev.hairpin.lb..",
            "dev.hairpin.examples..",
            "dev.hairpin.benchmarks..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("dev.hairpin.iptables..", "dev.hairpin.dns..", "dev.hairpin.lb.."))
        .check(HAIRPIN);
  }

  @Test
  void theRenderKitKnowsNobody() {
    noClasses()
        .that()
        .resideInAPackage("dev.hairpin.render..")
        .should()
        .dependOnClassesThat(resideInAnyPackage("dev.hairpin..")
            .and(com.tngtech.archunit.base.DescribedPredicate.not(
                resideInAnyPackage("dev.hairpin.render.."))))
        .check(HAIRPIN);
  }

  @Test
  void whatNeedsOptionalLibrariesIsNeededByNobody() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "dev.hairpin.junit..",
            "dev.hairpin.fabric8..",
            "dev.hairpin.iptables.junit..",
            "dev.hairpin.lb.junit..",
            "dev.hairpin.examples..")
        .should()
        .dependOnClassesThat(resideInAnyPackage(
            "dev.hairpin.junit..",
            "dev.hairpin.fabric8..",
            "dev.hairpin.iptables.junit..",
            "dev.hairpin.lb.junit.."))
        .check(HAIRPIN);
  }

  @Test
  void netKnowsNobody() {
    noClasses()
        .that()
        .resideInAPackage("dev.hairpin.net..")
        .should()
        .dependOnClassesThat(resideInAnyPackage("dev.hairpin..")
            .and(com.tngtech.archunit.base.DescribedPredicate.not(
                resideInAnyPackage("dev.hairpin.net.."))))
        .check(HAIRPIN);
  }
}
