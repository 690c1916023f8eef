package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkglmm.core.Mention;
import org.sparkglmm.core.Setting;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class OptionNamesTest {
    private static final CommandSpec FIT = new CommandLine(new FitCommand()).getCommandSpec();

    @ParameterizedTest
    @EnumSource
    void everySettingIsAnOptionOfFit(Setting setting) {
        assertNotNull(FIT.findOption(OptionNames.of(setting, "")), () -> OptionNames.of(setting, ""));
    }

    @Test
    void noTwoSettingsAreOneOption() {
        Set<String> seen = new HashSet<>();
        for (Setting setting : Setting.values()) {
            assertTrue(seen.add(OptionNames.of(setting, "")), setting::name);
        }
    }

    @Test
    void valuesAreWrittenAsAShellTakesThem() {
        assertEquals("--se robust", Mention.ROBUST_ERRORS.in(OptionNames::of));
        assertEquals("--ci profile", Mention.PROFILE_INTERVALS.in(OptionNames::of));
        assertEquals("--ci wald", Mention.WALD_INTERVALS.in(OptionNames::of));
        assertEquals("--nodes auto", Mention.AUTOMATIC_NODES.in(OptionNames::of));
        assertEquals("--zi '~ 1'", Mention.ZERO_MODEL.in(OptionNames::of));
    }
}
