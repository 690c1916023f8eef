package org.sparkglmm.spark;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;

/** What keeps one jar running on every Spark from 3.5 on: the public Java API and nothing behind it. */
class ArchitectureTest {

    private static final JavaClasses JOB = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.sparkglmm.spark");

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
