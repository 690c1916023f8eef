package org.sparkglmm.core.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkglmm.core.model.ParameterLayout;

class BoundaryTest {

    private static final double[][] IDENTITY = identity(4);

    /** One coefficient, a random intercept and a random slope: Λ has three elements. */
    private static final Boundary BOUNDARY = new Boundary(
            new ParameterLayout(1, new int[] {2}, 0), List.of(), new int[0], IDENTITY, IDENTITY, new double[] {1, 1});

    private static final double[][] HESSIAN = {
        {4, 1, 0.5, 0.25}, {1, 5, 0.75, 0.5}, {0.5, 0.75, 6, 1}, {0.25, 0.5, 1, 7},
    };

    @Test
    void aColumnThatTurnsItsSignIsNoDistance() {
        double[] point = {0.5, 1.0, -0.2, 0.9};
        double[] turned = {0.5, -1.0, 0.2, -0.9};
        double[] slopeTurned = {0.5, 1.0, -0.2, -0.9};

        assertEquals(0, BOUNDARY.distance(point, turned, HESSIAN));
        assertEquals(0, BOUNDARY.distance(slopeTurned, turned, HESSIAN));
        assertArrayEquals(point, BOUNDARY.canonical(turned));
    }

    /** A Hessian belongs to the point where it was taken; with the point's signs its elements turn theirs, and the distance stays. */
    @Test
    void theHessianIsThatOfTheOtherPoint() {
        double[] near = {0.4, 1.1, -0.1, 0.8};
        double[] point = {0.5, 1.0, -0.2, 0.9};
        double[] turned = {0.5, 1.0, -0.2, -0.9};
        double[][] ofTurned = new double[4][4];
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                ofTurned[i][j] = HESSIAN[i][j] * ((i == 3) == (j == 3) ? 1 : -1);
            }
        }
        double expected = 0;
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                expected += (near[i] - point[i]) * HESSIAN[i][j] * (near[j] - point[j]);
            }
        }

        assertEquals(Math.sqrt(expected), BOUNDARY.distance(near, point, HESSIAN), 1e-15);
        assertEquals(Math.sqrt(expected), BOUNDARY.distance(near, turned, ofTurned), 1e-15);
    }

    /** Without variance in the intercept, what stands below it is a part of the slope's: one G, two Λ. */
    @Test
    void onTheEdgeTheSameCovarianceIsNoDistance() {
        double[] rotated = {0.5, 0.0, 0.6, 0.8};

        assertEquals(0, BOUNDARY.distance(BOUNDARY.canonical(rotated), rotated, HESSIAN));
    }

    private static double[][] identity(int n) {
        double[][] out = new double[n][n];
        for (int i = 0; i < n; i++) {
            out[i][i] = 1;
        }
        return out;
    }
}
