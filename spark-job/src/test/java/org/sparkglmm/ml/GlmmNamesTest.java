package org.sparkglmm.ml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkglmm.core.Setting;

/** What messages name in a notebook can be called. */
class GlmmNamesTest {

    @ParameterizedTest
    @EnumSource
    void everySettingIsAParameterWithASetter(Setting setting) {
        String parameter = GlmmNames.of(setting, "");
        String call = GlmmNames.of(setting, "value");
        String setter = call.substring(0, call.indexOf('('));

        assertTrue(new Glmm().hasParam(parameter), parameter);
        assertTrue(
                Arrays.stream(Glmm.class.getMethods()).anyMatch(m -> m.getName().equals(setter)), setter);
    }

    @Test
    void numbersAreNotQuoted() {
        assertEquals("setNodes(9)", GlmmNames.of(Setting.NODES, "9"));
        assertEquals("setStandardErrors(\"robust\")", GlmmNames.of(Setting.STANDARD_ERRORS, "robust"));
    }
}
