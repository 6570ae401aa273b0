package dev.hairpin.dns.kubernetes;

import java.util.List;

/**
 * What was found under a name.
 *
 * @param exists whether the name exists; if not, the answer is NXDOMAIN
 * @param records what it stands for; none for a name that exists without data
 * @param why why it does not exist, or why there is no data; or which object was found
 */
record Found(boolean exists, List<KubeRecord> records, String why) {

  static Found nothing(String why) {
    return new Found(false, List.of(), why);
  }

  static Found noData(String why) {
    return new Found(true, List.of(), why);
  }
}
