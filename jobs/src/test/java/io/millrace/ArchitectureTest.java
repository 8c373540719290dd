package io.millrace;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may import whom. A violation is mended, never excepted. */
class ArchitectureTest {
  private static final String[] LANGUAGE = {"java..", "org.jspecify.."};

  private static JavaClasses classes;

  @BeforeAll
  static void read() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.millrace");
    Assertions.assertThat(classes.stream().map(JavaClass::getPackageName))
        .contains(
            "io.millrace.tensor",
            "io.millrace.model",
            "io.millrace.tensorflow",
            "io.millrace.serving",
            "io.millrace.probe",
            "io.millrace.flink",
            "io.millrace.connectors.kafka",
            "io.millrace.jobs");
  }

  private static ArchRule onlyDependOn(String from, String... allowed) {
    String[] all = new String[allowed.length + LANGUAGE.length + 1];
    System.arraycopy(allowed, 0, all, 0, allowed.length);
    System.arraycopy(LANGUAGE, 0, all, allowed.length, LANGUAGE.length);
    all[all.length - 1] = from;
    return classes()
        .that()
        .resideInAPackage(from)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(all);
  }

  @Test
  void tensor_usesTheJdkAlone() {
    onlyDependOn("io.millrace.tensor").check(classes);
  }

  @Test
  void model_usesTensor() {
    onlyDependOn("io.millrace.model", "io.millrace.tensor").check(classes);
  }

  @Test
  void serving_isPureLogic() {
    onlyDependOn("io.millrace.serving", "io.millrace.tensor", "io.millrace.model").check(classes);
  }

  @Test
  void tensorflow_knowsNothingOfFlink() {
    onlyDependOn(
            "io.millrace.tensorflow",
            "io.millrace.tensor",
            "io.millrace.model",
            "org.tensorflow..",
            "org.bytedeco..",
            "com.sun.jna..",
            "com.google.protobuf..",
            "org.slf4j..")
        .check(classes);
  }

  @Test
  void probe_knowsNothingOfFlink() {
    onlyDependOn(
            "io.millrace.probe",
            "io.millrace.tensor",
            "io.millrace.model",
            "io.millrace.tensorflow",
            "io.millrace.serving",
            "org.slf4j..")
        .check(classes);
  }

  @Test
  void tensorflow_isSeenByItsOwnPackageAndTestingAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.millrace.tensorflow", "io.millrace.testing..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.tensorflow..", "org.bytedeco..", "com.sun.jna..")
        .check(classes);
  }

  @Test
  void connectors_useTensorModelAndFlink() {
    noClasses()
        .that()
        .resideInAPackage("io.millrace.connectors..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.millrace.tensorflow",
            "io.millrace.serving",
            "io.millrace.probe",
            "io.millrace.jobs..",
            "io.millrace.testing..")
        .check(classes);
  }

  @Test
  void operator_knowsNothingOfTheModulesAboveIt() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.millrace.tensor",
            "io.millrace.model",
            "io.millrace.tensorflow",
            "io.millrace.serving",
            "io.millrace.probe",
            "io.millrace.flink")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.millrace.connectors..",
            "io.millrace.jobs..",
            "io.millrace.testing..",
            "org.apache.kafka..")
        .check(classes);
  }

  @Test
  void nothing_usesJobs() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.millrace.jobs..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.millrace.jobs..")
        .check(classes);
  }
}
