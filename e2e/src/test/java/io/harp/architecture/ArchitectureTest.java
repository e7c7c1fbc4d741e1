package io.harp.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The order of the packages, and who alone may import what: see DESIGN.md of each module. */
class ArchitectureTest {

  private static final JavaClasses HARP =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.harp");

  /** Upper packages first; a package may import those above it, never those below. */
  private static final List<List<String>> ORDER =
      List.of(
          List.of(
              "io.harp.model", "io.harp.config", "io.harp.loop", "io.harp.kube..", "io.harp.ops"),
          List.of(
              "io.harp.model",
              "io.harp.config",
              "io.harp.loop",
              "io.harp.speaker.scheduling",
              "io.harp.speaker.protocol",
              "io.harp.speaker.election",
              "io.harp.speaker.membership",
              "io.harp.speaker.announcement",
              "io.harp.speaker.ownership",
              "io.harp.speaker.packet",
              "io.harp.speaker.flight",
              "io.harp.speaker.link",
              "io.harp.speaker.status",
              "io.harp.speaker.host",
              "io.harp.speaker.capture",
              "io.harp.speaker"),
          List.of(
              "io.harp.config",
              "io.harp.controller.allocation",
              "io.harp.controller.leadership",
              "io.harp.controller.status",
              "io.harp.controller.hostports",
              "io.harp.controller.survey",
              "io.harp.controller.migration",
              "io.harp.controller.admission",
              "io.harp.controller",
              "io.harp.controller.cli"));

  @Test
  void everythingIsLookedAt() {
    assertTrue(HARP.size() > 100, "only " + HARP.size() + " classes were imported");
  }

  @Test
  void packagesFormNoCycle() {
    slices().matching("io.harp.(**)").should().beFreeOfCycles().check(HARP);
  }

  @Test
  void importsGoUpwardsOnly() {
    for (List<String> order : ORDER) {
      for (int upper = 0; upper < order.size(); upper++) {
        String[] lower = order.subList(upper + 1, order.size()).toArray(String[]::new);
        if (lower.length > 0) {
          noClasses()
              .that(resideInAPackage(order.get(upper)))
              .should()
              .dependOnClassesThat(resideInAnyPackage(lower))
              .allowEmptyShould(true)
              .check(HARP);
        }
      }
    }
  }

  @Test
  void theCoreKnowsNoDaemon() {
    noClasses()
        .that(
            resideInAnyPackage(
                "io.harp.model..",
                "io.harp.config..",
                "io.harp.loop..",
                "io.harp.kube..",
                "io.harp.ops.."))
        .should()
        .dependOnClassesThat(resideInAnyPackage("io.harp.speaker..", "io.harp.controller.."))
        .check(HARP);
  }

  @Test
  void theDaemonsDoNotKnowEachOther() {
    noClasses()
        .that(resideInAPackage("io.harp.speaker.."))
        .should()
        .dependOnClassesThat(resideInAPackage("io.harp.controller.."))
        .check(HARP);
    noClasses()
        .that(resideInAPackage("io.harp.controller.."))
        .should()
        .dependOnClassesThat(resideInAPackage("io.harp.speaker.."))
        .check(HARP);
  }

  @Test
  void onlyKubeImportsFabric8() {
    noClasses()
        .that(
            com.tngtech.archunit.base.DescribedPredicate.not(
                resideInAnyPackage("io.harp.kube..", "io.harp.e2e..")))
        .should()
        .dependOnClassesThat(resideInAPackage("io.fabric8.."))
        .check(HARP);
  }

  /** A class of a kind costs each daemon its start: the models are for lab and tests. */
  @Test
  void daemonsLoadNoClassOfAKind() {
    noClasses()
        .that(resideInAnyPackage("io.harp.."))
        .and(
            com.tngtech.archunit.base.DescribedPredicate.not(
                resideInAnyPackage("io.harp.kube.crd..", "io.harp.e2e..")))
        .should()
        .dependOnClassesThat(resideInAPackage("io.fabric8.kubernetes.api.."))
        .check(HARP);
  }

  @Test
  void onlyMembershipImportsJGroups() {
    noClasses()
        .that(
            com.tngtech.archunit.base.DescribedPredicate.not(
                resideInAPackage("io.harp.speaker.membership")))
        .should()
        .dependOnClassesThat(resideInAPackage("org.jgroups.."))
        .check(HARP);
  }

  @Test
  void onlyLinkAndSchedulingCallTheCLibrary() {
    noClasses()
        .that(
            com.tngtech.archunit.base.DescribedPredicate.not(
                resideInAnyPackage(
                    "io.harp.speaker.link", "io.harp.speaker.scheduling", "io.harp.e2e..")))
        .should()
        .dependOnClassesThat(resideInAnyPackage("java.lang.foreign.."))
        .check(HARP);
  }

  @Test
  void onlyTheCaptureImportsPcap4j() {
    noClasses()
        .that(
            com.tngtech.archunit.base.DescribedPredicate.not(
                resideInAnyPackage("io.harp.speaker.capture", "io.harp.e2e..")))
        .should()
        .dependOnClassesThat(resideInAnyPackage("org.pcap4j..", "com.sun.jna.."))
        .check(HARP);
  }

  @Test
  void whatDecidesReadsNoClock() {
    noClasses()
        .that(
            resideInAnyPackage(
                "io.harp.model..",
                "io.harp.config..",
                "io.harp.speaker.protocol..",
                "io.harp.speaker.election..",
                "io.harp.controller.allocation..",
                "io.harp.controller.leadership.."))
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .check(HARP);
  }

  /** Who steps the wall clock of a node moves no address: times are for people to read. */
  @Test
  void speakersReadTheWallClockForPeopleOnly() {
    noClasses()
        .that()
        .resideInAPackage("io.harp.speaker..")
        .and()
        // What it knows at its start counts on by the monotonic clock, as "held since".
        .doNotHaveSimpleName("Daemon")
        .and()
        .doNotHaveSimpleName("FramesPage")
        .and()
        .doNotHaveSimpleName("Monitor")
        .and()
        .doNotHaveSimpleName("MoveObjects")
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(io.harp.loop.Clock.class, "wallMs")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .check(HARP);
  }
}
