package org.sparkglmm.core.design;

import java.io.Serializable;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.ParameterLayout;

/** What is fitted: columns, family and link. */
public record ModelSpec(Design design, Family family, Link link) implements Serializable {
    /** Where the parameters lie in one vector. */
    public ParameterLayout layout() {
        return design.layout(family);
    }

    /** The same of other columns. */
    public ModelSpec with(Design other) {
        return new ModelSpec(other, family, link);
    }
}
