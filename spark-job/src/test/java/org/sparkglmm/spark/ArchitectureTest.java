package org.sparkglmm.spark;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;

/** What keeps one jar running on every Spark from 3.5 on: the public Java API and nothing behind it. */
class ArchitectureTest {

    private static final JavaClasses JOB = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.sparkglmm.spark", "org.sparkglmm.ml");

    /** Each room may use those before it, core and itself; data flow one way. */
    private static final List<String> ROOMS = List.of(
            "org.sparkglmm.spark.engine",
            "org.sparkglmm.spark.data",
            "org.sparkglmm.spark.output",
            "org.sparkglmm.ml",
            "org.sparkglmm.spark.cli");

    @Test
    void everyRoomUsesThoseBeforeIt() {
        for (int room = 0; room < ROOMS.size(); room++) {
            String[] later = ROOMS.subList(room + 1, ROOMS.size()).stream()
                    .map(name -> name + "..")
                    .toArray(String[]::new);
            if (later.length > 0) {
                noClasses()
                        .that()
                        .resideInAPackage(ROOMS.get(room) + "..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(later)
                        .check(JOB);
            }
        }
    }

    @Test
    void everyClassHasItsRoom() {
        classes()
                .should()
                .resideInAnyPackage(ROOMS.stream().map(name -> name + "..").toArray(String[]::new))
                .check(JOB);
    }

    /** Where there are none, as with Spark Connect, another engine will do. */
    @Test
    void theEngineAloneKnowsRdds() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.sparkglmm.spark.engine..")
                .should()
                .dependOnClassesThat(resideInAPackage("org.apache.spark.rdd..")
                        .or(nameMatching("org\\.apache\\.spark\\.api\\.java\\.Java.*"))
                        .or(nameMatching("org\\.apache\\.spark\\.SparkContext.*")))
                .check(JOB);
    }

    @Test
    void usesNoScalaButTuple2() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("scala..").and(not(name("scala.Tuple2"))))
                .allowEmptyShould(true)
                .check(JOB);
    }

    @Test
    void usesNoSparkInternals() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.spark.sql.catalyst..", "org.apache.spark.sql.execution..")
                .allowEmptyShould(true)
                .check(JOB);
    }

    @Test
    void usesNoSparkUtils() {
        noClasses()
                .should()
                .dependOnClassesThat(nameMatching("org\\.apache\\.spark\\.util\\.Utils\\$?"))
                .allowEmptyShould(true)
                .check(JOB);
    }

    @Test
    void usesNoBreeze() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("breeze..")
                .allowEmptyShould(true)
                .check(JOB);
    }

    @Test
    void onlyTheCommandLineExits() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.sparkglmm.spark.cli..")
                .should()
                .callMethod(System.class, "exit", int.class)
                .allowEmptyShould(true)
                .check(JOB);
    }

    /** A formula may come from a stranger's model file: its text becomes SQL behind one gate. */
    @Test
    void onlyTheGateMakesSqlOfText() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("org.sparkglmm.spark.data.ScalarSql")
                .should()
                .callMethod(functions.class, "expr", String.class)
                .orShould()
                .callMethod(Dataset.class, "selectExpr", String[].class)
                .orShould()
                .callMethod(Dataset.class, "filter", String.class)
                .orShould()
                .callMethod(Dataset.class, "where", String.class)
                .orShould()
                .callMethod(SparkSession.class, "sql", String.class)
                .check(JOB);
    }
}
