package dev.grapevine.samples.live;

import java.io.IOException;

/** Ends this process when the one that started it is gone, however that ended: its end closes our standard input. */
final class ParentWatch implements Runnable {

    private ParentWatch() {}

    static void start() {
        Thread thread = new Thread(new ParentWatch(), "parent-watch");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void run() {
        try {
            while (System.in.read() >= 0) {
                // nothing is ever sent: only the end of the stream tells something
            }
        } catch (IOException e) {
            System.err.println("The process that started this one cannot be watched any more: " + e);
        }
        System.exit(0);
    }
}
