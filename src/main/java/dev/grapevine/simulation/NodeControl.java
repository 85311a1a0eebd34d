package dev.grapevine.simulation;

/** Ends and begins the lives of simulated nodes. */
interface NodeControl {

    boolean isRunning(int node);

    void crash(int node);

    void restart(int node);
}
