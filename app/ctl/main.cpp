// slipwayctl: whatever the portal can do, for scripts and for people on ssh.
#include "app/ctl/application.h"

int main(int argc, char **argv)
{
    return slipway::ctl::run(argc, argv);
}
