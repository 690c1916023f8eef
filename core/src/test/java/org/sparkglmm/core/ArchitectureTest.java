package org.sparkglmm.core;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who may use whom inside core. A slice that is not named here has no place yet: decide it, then add it. */
class ArchitectureTest {

    private static final String ROOT = "org.sparkglmm.core";

    private static final String[] SLICES = {
        "math", "optim", "formula", "model", "design", "likelihood", "inference", "diagnostics", "fit"
    };

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void coreKnowsNoSpark() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala..")
                .allowEmptyShould(true)
                .check(CORE);
    }

    @Test
    void everyClassHasItsSlice() {
        String[] known = Stream.concat(Stream.of(ROOT), Arrays.stream(SLICES).map(ArchitectureTest::slice))
                .toArray(String[]::new);
        classes().should().resideInAnyPackage(known).allowEmptyShould(true).check(CORE);
    }

    @Test
    void rootUsesNoSlice() {
        noClasses()
                .that()
                .resideInAPackage(ROOT)
                .should()
                .dependOnClassesThat(resideInAnyPackage(slices(SLICES)))
                .allowEmptyShould(true)
                .check(CORE);
    }

    @Test
    void mathIsALeaf() {
        usesOnly("math");
    }

    @Test
    void optimKnowsNoStatistics() {
        usesOnly("optim", "math");
    }

    @Test
    void formulaUsesNoOtherSlice() {
        usesOnly("formula");
    }

    @Test
    void modelUsesMath() {
        usesOnly("model", "math");
    }

    @Test
    void designUsesWhatStandsAbove() {
        usesOnly("design", "formula", "model", "math");
    }

    @Test
    void likelihoodUsesWhatStandsAbove() {
        usesOnly("likelihood", "design", "model", "optim", "math");
    }

    @Test
    void inferenceUsesWhatStandsAbove() {
        usesOnly("inference", "likelihood", "design", "model", "math", "optim");
    }

    @Test
    void diagnosticsUsesWhatStandsAbove() {
        usesOnly("diagnostics", "inference", "likelihood", "design", "model", "math", "optim");
    }

    @Test
    void fitUsesWhatStandsAbove() {
        usesOnly("fit", "diagnostics", "inference", "likelihood", "design", "model", "formula", "optim", "math");
    }

    /** The leaves use no other class of core at all; every other slice may also use the package root. */
    private static void usesOnly(String slice, String... allowed) {
        boolean leaf = slice.equals("math") || slice.equals("optim");
        var permitted = resideInAPackage(slice(slice)).or(resideInAnyPackage(slices(allowed)));
        if (!leaf) {
            permitted = permitted.or(resideInAPackage(ROOT));
        }
        noClasses()
                .that()
                .resideInAPackage(slice(slice))
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + "..").and(not(permitted)))
                .as(slice + " uses of core only " + (allowed.length == 0 ? "itself" : String.join(", ", allowed)))
                .allowEmptyShould(true)
                .check(CORE);
    }

    private static String[] slices(String... names) {
        return Arrays.stream(names).map(ArchitectureTest::slice).toArray(String[]::new);
    }

    private static String slice(String name) {
        return ROOT + "." + name + "..";
    }
}
