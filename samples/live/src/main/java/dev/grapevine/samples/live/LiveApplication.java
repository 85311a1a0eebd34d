package dev.grapevine.samples.live;

import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** One instance of the live sample. */
@SpringBootApplication
public class LiveApplication {

    /** Starts the instance. With {@code --exit-with-parent} it ends when the process that started it does. */
    public static void main(String[] args) {
        if (List.of(args).contains("--exit-with-parent")) {
            ParentWatch.start();
        }
        SpringApplication.run(LiveApplication.class, args);
    }
}
