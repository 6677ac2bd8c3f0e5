// Commands: what is refused and with which reason, what is done, and what is only previewed.
#include "tests/simulation/core/world.h"

#include <QTest>

#include <algorithm>

using namespace slipway;
using namespace slipway::core;
using namespace slipway::core::test;

namespace
{

// The reason of the refusal; "OK" when it was accepted.
std::string reasonOf(World &world, const v1::Command &command)
{
    const std::string before = bytesOf(world.state);
    const auto applied = world.command(command);
    if (applied)
        return "OK";
    return bytesOf(world.state) == before ? applied.error().reason() : "the state was changed";
}

World readyWorld(std::uint32_t web = 2, std::uint32_t worker = 2)
{
    World world(4, 2);
    world.must(registerPackage(guestbook("v1", web, worker)));
    world.must(createService("a"));
    world.must(deploy("a", v1::PRODUCTION, "v1"));
    world.settle();
    return world;
}

v1::Command strictDeploy(const std::string &digest)
{
    v1::Command command = deploy("a", v1::STAGING, digest);
    command.mutable_deploy()->set_accept_single_instance(false);
    return command;
}

} // namespace

class CoreCommandsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesOfServices_data()
    {
        QTest::addColumn<std::string>("name");
        QTest::addColumn<std::string>("reason");
        const auto row = [](const char *tag, const std::string &name, const char *reason) {
            QTest::newRow(tag) << name << std::string(reason);
        };
        row("good", "guest-book2", "OK");
        row("one letter", "x", "OK");
        row("63", std::string(63, 'a'), "OK");
        row("64", std::string(64, 'a'), "INVALID_NAME");
        row("empty", "", "INVALID_NAME");
        row("upper case", "Guest", "INVALID_NAME");
        row("hyphen first", "-a", "INVALID_NAME");
        row("hyphen last", "a-", "INVALID_NAME");
        row("dot", "a.b", "INVALID_NAME");
        row("taken", "taken", "SERVICE_EXISTS");
    }
    void namesOfServices()
    {
        QFETCH(std::string, name);
        QFETCH(std::string, reason);
        World world(1, 1);
        world.must(createService("taken"));
        QCOMPARE(reasonOf(world, createService(name)), reason);
    }

    void addressesComeInPairsLowestFirst()
    {
        World world(1, 1);
        for (int number = 0; number < 127; ++number)
            world.must(createService("s" + std::to_string(number)));
        QCOMPARE(world.state.services.at("s0").production().address(), std::string("127.77.3.1"));
        QCOMPARE(world.state.services.at("s126").staging().address(), std::string("127.77.3.254"));
        QCOMPARE(reasonOf(world, createService("more")), std::string("NO_ADDRESS"));
        v1::Command remove;
        remove.mutable_delete_service()->set_name("s5");
        world.must(remove);
        world.must(createService("more"));
        QCOMPARE(world.state.services.at("more").production().address(),
                 std::string("127.77.3.11"));
    }

    void deployRefusals()
    {
        World world = readyWorld();
        world.must(registerPackage(guestbook("single", 1, 0)));
        world.must(registerPackage(guestbook("unknown-size", 2, 0, "Gigantic")));
        world.must(registerPackage(guestbook("huge", 7, 0, "A7")));
        world.must(registerPackage(guestbook("other-shape", 2, 0, "Medium")));
        QCOMPARE(reasonOf(world, deploy("b", v1::STAGING, "v1")), std::string("SERVICE_NOT_FOUND"));
        QCOMPARE(reasonOf(world, deploy("a", v1::STAGING, "x")), std::string("PACKAGE_NOT_FOUND"));
        QCOMPARE(reasonOf(world, strictDeploy("single")), std::string("SINGLE_INSTANCE_ROLE"));
        QCOMPARE(reasonOf(world, strictDeploy("unknown-size")), std::string("UNKNOWN_SIZE"));
        QCOMPARE(reasonOf(world, strictDeploy("huge")), std::string("INSUFFICIENT_CAPACITY"));
        QCOMPARE(reasonOf(world, deploy("a", v1::PRODUCTION, "v1")), std::string("SLOT_OCCUPIED"));
        v1::Command replace = deploy("a", v1::PRODUCTION, "other-shape");
        replace.mutable_deploy()->set_replace(true);
        QCOMPARE(reasonOf(world, replace), std::string("SIZE_OR_ROLES_CHANGED"));
        replace.mutable_deploy()->set_allow_size_change(true);
        QCOMPARE(reasonOf(world, replace), std::string("OK"));
    }

    void capacityErrorsHaveNumbers()
    {
        World world(2, 2);
        world.must(createService("a"));
        world.must(registerPackage(guestbook("huge", 4, 0, "ExtraLarge")));
        world.must(registerPackage(guestbook("too-huge", 6, 0, "A7")));
        const auto refused = world.command(deploy("a", v1::STAGING, "too-huge"));
        QVERIFY(!refused);
        const std::string &message = refused.error().message();
        QCOMPARE(message,
                 std::string("There is no room for 4 of 6 instances, together 32 cores and "
                             "224 GiB. Role WebRole: no host has room for 8 cores and "
                             "56 GiB; largest free: host-1 with 8 cores and 0 GiB. Use "
                             "fewer or smaller instances, or add hosts in the settings."));
        QCOMPARE(reasonOf(world, deploy("a", v1::STAGING, "huge")), std::string("OK"));
        world.must(deleteDeployment("a", v1::STAGING));
        QVERIFY(world.settle());
        world.must(registerPackage(guestbook("crowd", 2, 0)));
        world.must(deploy("a", v1::STAGING, "crowd"));
        QVERIFY(world.settle());
        const auto crowd = world.command(changeRole("a", v1::STAGING, "WebRole", 9000));
        QVERIFY(!crowd);
        const std::string &numbers = crowd.error().message();
        QVERIFY2(numbers.find("8,968 of 8,998 instances, together 8,968 cores and 15,694 GiB") !=
                     std::string::npos,
                 numbers.c_str());
    }

    void configurationProblemsComeAllAtOnce()
    {
        World world = readyWorld();
        v1::Package package = guestbook("strict", 2, 2);
        package.mutable_definition()->mutable_roles(0)->add_setting_names("Greeting");
        world.must(registerPackage(package));
        v1::Command command = deploy("a", v1::STAGING, "strict");
        v1::ServiceConfiguration &configuration =
            *command.mutable_deploy()->mutable_configuration();
        configuration.set_service_name("Other"); // V1
        v1::RoleConfiguration &web = *configuration.add_roles();
        web.set_name("WebRole"); // no count, no Greeting, and an unknown setting
        web.add_settings()->set_name("Greetign");
        web.add_settings()->set_name("Microsoft.WindowsAzure.Plugins.Any"); // never defined: fine
        configuration.add_roles()->set_name("Unknown"); // and WorkerRole is missing
        const auto refused = world.command(command);
        QVERIFY(!refused);
        QCOMPARE(refused.error().reason(), std::string("CONFIGURATION_INVALID"));
        std::multiset<std::string> rules;
        for (const v1::Problem &problem : refused.error().problems())
            rules.insert(problem.rule());
        QCOMPARE(rules, (std::multiset<std::string>{"V1", "V2", "V2", "V2", "V3", "V3"}));
    }

    void withoutConfigurationOneInstancePerRole()
    {
        World world(2, 2);
        v1::Package package = guestbook("bare", 3, 3);
        package.clear_configuration();
        world.must(registerPackage(package));
        world.must(createService("a"));
        world.must(deploy("a", v1::STAGING, "bare"));
        QCOMPARE(world.state.instances.size(), std::size_t(2));
    }

    void happyPathOfADeployment()
    {
        World world(4, 2);
        world.must(registerPackage(guestbook("v1", 7, 2)));
        world.must(createService("a"));
        world.must(deploy("a", v1::STAGING, "v1"));
        const std::string id = world.deploymentIn("a", v1::STAGING).id();
        QCOMPARE(id.size(), std::size_t(32));
        QCOMPARE(world.lastOperation().phase(), std::string("0 of 9 instances ready"));
        QCOMPARE(world.deploymentIn("a", v1::STAGING).status(), v1::Deployment::Deploying);
        QCOMPARE(world.instance(id, "WebRole_IN_6").update_domain(), 1U); // 6 mod 5
        QVERIFY(world.settle());
        QCOMPARE(world.lastOperation().state(), v1::Operation::Succeeded);
        QCOMPARE(world.lastOperation().progress_permille(), 1000U);
        QCOMPARE(world.count(id, v1::RoleInstance::ReadyRole), std::size_t(9));
        QCOMPARE(world.deploymentIn("a", v1::STAGING).status(), v1::Deployment::Running);
        QCOMPARE(world.state.services.at("a").staging().endpoints(0).bound_port(), 80U);
    }

    void notStartedIsSuspended()
    {
        World world = readyWorld();
        v1::Command command = deploy("a", v1::STAGING, "v1");
        command.mutable_deploy()->set_no_start(true);
        world.must(command);
        world.settle();
        const v1::Deployment &deployment = world.deploymentIn("a", v1::STAGING);
        QCOMPARE(deployment.status(), v1::Deployment::Suspended);
        QCOMPARE(world.count(deployment.id(), v1::RoleInstance::StoppedVM), std::size_t(4));
        world.must(startDeployment("a", v1::STAGING));
        QVERIFY(world.settle());
        QCOMPARE(world.count(deployment.id(), v1::RoleInstance::ReadyRole), std::size_t(4));
    }

    void replaceKeepsTheListenersPort()
    {
        World world = readyWorld();
        const std::string old = world.deploymentIn("a", v1::PRODUCTION).id();
        v1::Command command = deploy("a", v1::PRODUCTION, "v1");
        command.mutable_deploy()->set_replace(true);
        world.must(command);
        QVERIFY(world.deploymentIn("a", v1::PRODUCTION).id() != old);
        QCOMPARE(world.state.deployments.at(old).status(), v1::Deployment::Deleting);
        QCOMPARE(world.state.services.at("a").production().endpoints(0).bound_port(), 80U);
        QVERIFY(world.settle());
        QVERIFY(!world.state.deployments.contains(old));
        QCOMPARE(world.state.instances.size(), std::size_t(4));
    }

    void scaleOutAndIn()
    {
        World world = readyWorld(3, 2);
        const std::string id = world.deploymentIn("a", v1::PRODUCTION).id();
        QCOMPARE(reasonOf(world, changeRole("a", v1::PRODUCTION, "WebRole", 0)),
                 std::string("INSTANCE_COUNT"));
        QCOMPARE(reasonOf(world, changeRole("a", v1::PRODUCTION, "WebRole", UINT32_MAX)),
                 std::string("INSTANCE_COUNT"));
        QCOMPARE(reasonOf(world, changeRole("a", v1::PRODUCTION, "Nobody", 2)),
                 std::string("ROLE_NOT_FOUND"));
        v1::Command single = changeRole("a", v1::PRODUCTION, "WebRole", 1);
        single.mutable_change_roles()->set_accept_single_instance(false);
        QCOMPARE(reasonOf(world, single), std::string("SINGLE_INSTANCE_ROLE"));
        world.must(changeRole("a", v1::PRODUCTION, "WebRole", 5));
        QVERIFY(world.settle());
        QCOMPARE(world.count(id, v1::RoleInstance::ReadyRole), std::size_t(7));
        world.must(changeRole("a", v1::PRODUCTION, "WebRole", 2));
        QCOMPARE(world.instance(id, "WebRole_IN_4").state(), v1::RoleInstance::StoppingRole);
        QCOMPARE(world.instance(id, "WebRole_IN_1").state(), v1::RoleInstance::ReadyRole);
        QVERIFY(world.settle());
        QCOMPARE(world.state.instances.size(), std::size_t(4));
        QVERIFY(!world.state.instances.contains({id, "WebRole_IN_2"}));
    }

    void resizeKeepsTheRoleServing()
    {
        World world = readyWorld(3, 1);
        const std::string id = world.deploymentIn("a", v1::PRODUCTION).id();
        world.must(changeRole("a", v1::PRODUCTION, "WebRole", 3, "Large"));
        QCOMPARE(world.deploymentIn("a", v1::PRODUCTION).status(),
                 v1::Deployment::RunningTransitioning);
        for (int round = 0; round < 100 && world.exchange(); ++round)
            QVERIFY(world.count(id, v1::RoleInstance::ReadyRole) >= 3); // of four, one restarts
        QCOMPARE(world.lastOperation().state(), v1::Operation::Succeeded);
        for (const char *name : {"WebRole_IN_0", "WebRole_IN_1", "WebRole_IN_2"}) {
            QCOMPARE(world.instance(id, name).size(), std::string("Large"));
            QCOMPARE(world.instance(id, name).generation(), std::uint64_t(2));
            QCOMPARE(world.instance(id, name).disk_generation(), std::uint64_t(2));
        }
    }

    void resizeMovesWhereTheHostIsTooSmall()
    {
        World world(2, 1);
        world.must(registerPackage(guestbook("small", 1, 0, "Small")));
        world.must(registerPackage(guestbook("tiny", 1, 0, "ExtraSmall")));
        for (const char *service : {"b", "a", "c"}) {
            world.must(createService(service));
            world.must(deploy(service, v1::PRODUCTION, service[0] == 'a' ? "tiny" : "small"));
        }
        world.must(deleteDeployment("b", v1::PRODUCTION));
        world.settle();
        const InstanceKey key{world.deploymentIn("a", v1::PRODUCTION).id(), "WebRole_IN_0"};
        QCOMPARE(world.state.instances.at(key).host(), std::string("host-2")); // shared with c
        world.must(changeRole("a", v1::PRODUCTION, "WebRole", 1, "Standard_D5_v2"));
        bool left_first = false;
        for (int round = 0; round < 100 && world.exchange(); ++round) {
            const auto &instance = world.state.instances.at(key);
            left_first = left_first || instance.restart() == v1::RoleInstance::MOVE;
            QVERIFY(instance.host() == "host-2" || !world.hosts["host-2"].vms.contains(key));
        }
        QVERIFY(left_first);
        QCOMPARE(world.lastOperation().state(), v1::Operation::Succeeded);
        QCOMPARE(world.state.instances.at(key).host(), std::string("host-1"));
        QCOMPARE(world.state.instances.at(key).size(), std::string("Standard_D5_v2"));
    }

    void stopAndStart()
    {
        World world = readyWorld();
        const std::string id = world.deploymentIn("a", v1::PRODUCTION).id();
        world.must(stopDeployment("a", v1::PRODUCTION));
        QCOMPARE(world.deploymentIn("a", v1::PRODUCTION).status(), v1::Deployment::Suspending);
        QVERIFY(world.settle());
        QCOMPARE(world.count(id, v1::RoleInstance::StoppedVM), std::size_t(4));
        QCOMPARE(world.deploymentIn("a", v1::PRODUCTION).status(), v1::Deployment::Suspended);
        QCOMPARE(plan(world.state).table.listeners_size(), 1); // an empty pool answers 503
        QCOMPARE(reasonOf(world, reboot("a", v1::PRODUCTION, {"WebRole_IN_0"})),
                 std::string("DEPLOYMENT_STOPPED"));
        world.must(startDeployment("a", v1::PRODUCTION));
        QVERIFY(world.settle());
        QCOMPARE(world.count(id, v1::RoleInstance::ReadyRole), std::size_t(4));
    }

    void deleteEmptiesTheSlotAtOnce()
    {
        World world = readyWorld();
        const std::string id = world.deploymentIn("a", v1::PRODUCTION).id();
        world.must(deleteDeployment("a", v1::PRODUCTION));
        QVERIFY(world.state.services.at("a").production().deployment_id().empty());
        QCOMPARE(world.state.deployments.at(id).status(), v1::Deployment::Deleting);
        QCOMPARE(plan(world.state).table.listeners_size(), 0);
        QVERIFY(world.settle());
        QVERIFY(world.state.deployments.empty());
        QVERIFY(world.state.instances.empty());
        QCOMPARE(world.lastOperation().state(), v1::Operation::Succeeded);
    }

    void serviceIsDeletedWithItsDeployments()
    {
        World world = readyWorld();
        v1::Command remove;
        remove.mutable_delete_service()->set_name("a");
        QCOMPARE(reasonOf(world, remove), std::string("SERVICE_NOT_EMPTY"));
        remove.mutable_delete_service()->set_delete_deployments(true);
        world.must(remove);
        QVERIFY(world.settle());
        QVERIFY(world.state.services.empty() && world.state.deployments.empty());
        QCOMPARE(world.lastOperation().state(), v1::Operation::Succeeded);
    }

    void packagesInUseStay()
    {
        World world = readyWorld();
        v1::Command remove;
        remove.set_delete_package("v1");
        QCOMPARE(reasonOf(world, remove), std::string("PACKAGE_IN_USE"));
        world.must(deleteDeployment("a", v1::PRODUCTION));
        world.settle();
        QCOMPARE(reasonOf(world, remove), std::string("OK"));
        QCOMPARE(reasonOf(world, remove), std::string("PACKAGE_NOT_FOUND"));
    }

    void rebootAndReimageRaiseGenerations()
    {
        World world = readyWorld();
        const std::string id = world.deploymentIn("a", v1::PRODUCTION).id();
        world.must(reboot("a", v1::SLOT_UNSPECIFIED, {"WebRole_IN_0"}));
        QCOMPARE(world.instance(id, "WebRole_IN_0").state(), v1::RoleInstance::StoppingRole);
        QCOMPARE(world.instance(id, "WebRole_IN_0").generation(), std::uint64_t(1)); // drains first
        QVERIFY(world.settle());
        QCOMPARE(world.instance(id, "WebRole_IN_0").generation(), std::uint64_t(2));
        QCOMPARE(world.instance(id, "WebRole_IN_0").disk_generation(), std::uint64_t(1));
        world.must(reimage("a", v1::PRODUCTION, {"WebRole_IN_0"}));
        QVERIFY(world.settle());
        QCOMPARE(world.instance(id, "WebRole_IN_0").generation(), std::uint64_t(3));
        QCOMPARE(world.instance(id, "WebRole_IN_0").disk_generation(), std::uint64_t(2));
        QCOMPARE(reasonOf(world, reboot("a", v1::PRODUCTION, {"WebRole_IN_9"})),
                 std::string("INSTANCE_NOT_FOUND"));
        QCOMPARE(reasonOf(world, reboot("a", v1::PRODUCTION, {})), std::string("NO_INSTANCES"));
    }

    void rebootingAWholeRoleIsSaidBefore()
    {
        World world = readyWorld();
        v1::Command all = reboot("a", v1::PRODUCTION, {"WebRole_IN_0", "WebRole_IN_1"});
        all.set_validate_only(true);
        const std::string before = bytesOf(world.state);
        const v1::CommandReply reply = world.must(all);
        QVERIFY(reply.preview(2).find("nothing of it serves") != std::string::npos);
        QVERIFY(!reply.has_operation());
        QVERIFY(bytesOf(world.state) == before);
    }

    void oneOperationAtATime()
    {
        World world = readyWorld();
        world.must(reboot("a", v1::PRODUCTION, {"WebRole_IN_0"}));
        const std::string first = world.lastOperation().id();
        const auto refused = world.command(changeRole("a", v1::PRODUCTION, "WebRole", 3));
        QVERIFY(!refused);
        QCOMPARE(refused.error().reason(), std::string("OPERATION_RUNNING"));
        QVERIFY(refused.error().message().find(first) != std::string::npos);
        world.must(deleteDeployment("a", v1::PRODUCTION)); // overtakes it
        QCOMPARE(world.state.operations.at(first).state(), v1::Operation::Cancelled);
    }

    void cancel_()
    {
        World world = readyWorld(2, 0);
        QCOMPARE(reasonOf(world, cancel("nothing")), std::string("OPERATION_NOT_FOUND"));
        world.must(deploy("a", v1::STAGING, "v1"));
        const std::string deploying = world.lastOperation().id();
        world.must(cancel(deploying));
        QCOMPARE(world.state.operations.at(deploying).state(), v1::Operation::Cancelled);
        QVERIFY(world.settle());
        QVERIFY(world.state.services.at("a").staging().deployment_id().empty());
        QCOMPARE(reasonOf(world, cancel(deploying)), std::string("OPERATION_ENDED"));
        world.must(stopDeployment("a", v1::PRODUCTION));
        QCOMPARE(reasonOf(world, cancel(world.lastOperation().id())),
                 std::string("NOT_CANCELLABLE"));
    }

    void cancelledResizeKeepsWhatWasReached()
    {
        World world = readyWorld(3, 0);
        const std::string id = world.deploymentIn("a", v1::PRODUCTION).id();
        world.must(changeRole("a", v1::PRODUCTION, "WebRole", 3, "Medium"));
        world.exchange();
        world.must(cancel(world.lastOperation().id()));
        QVERIFY(world.settle());
        QCOMPARE(world.instance(id, "WebRole_IN_0").size(), std::string("Medium"));
        QCOMPARE(world.instance(id, "WebRole_IN_2").size(), std::string("Small"));
        QCOMPARE(world.count(id, v1::RoleInstance::ReadyRole), std::size_t(3));
    }

    void staleEtagsAreRefused()
    {
        World world = readyWorld();
        v1::Command command = changeRole("a", v1::PRODUCTION, "WebRole", 3);
        command.set_etag(1);
        QCOMPARE(reasonOf(world, command), std::string("STALE_ETAG"));
        command.set_etag(world.deploymentIn("a", v1::PRODUCTION).revision());
        QCOMPARE(reasonOf(world, command), std::string("OK"));
    }

    void settingsAreChecked()
    {
        World world = readyWorld();
        v1::Command command;
        *command.mutable_update_settings() = world.state.settings;
        command.mutable_update_settings()->set_host_count(0);
        QCOMPARE(reasonOf(world, command), std::string("INVALID_SETTINGS"));
        command.mutable_update_settings()->set_host_count(1);
        command.mutable_update_settings()->set_fault_domain_count(1);
        command.mutable_update_settings()->set_host_cores(1);
        QCOMPARE(reasonOf(world, command), std::string("HOST_IN_USE"));
        command.mutable_update_settings()->set_host_cores(16);
        command.mutable_update_settings()->set_host_count(8);
        command.mutable_update_settings()->set_address_prefix("127.1.1");
        QCOMPARE(reasonOf(world, command), std::string("INVALID_SETTINGS"));
        command.mutable_update_settings()->set_address_prefix("");
        QCOMPARE(reasonOf(world, command), std::string("OK"));
        QCOMPARE(world.state.hosts.size(), std::size_t(8));
        QCOMPARE(world.state.settings.address_prefix(), std::string("127.77.3"));
    }

    void outsideAccessNeedsHostsThatCan()
    {
        World world = readyWorld();
        v1::Command command;
        command.mutable_update_service()->set_name("a");
        command.mutable_update_service()->set_outside_access(true);
        v1::Observation hello;
        hello.mutable_host_hello()->set_host_id("host-2");
        hello.mutable_host_hello()->set_outside_problem("slirp4netns is not installed.");
        world.observe(hello);
        const auto refused = world.command(command);
        QVERIFY(!refused);
        QCOMPARE(refused.error().reason(), std::string("OUTSIDE_ACCESS_UNAVAILABLE"));
        QVERIFY(refused.error().message().find("slirp4netns") != std::string::npos);
        hello.mutable_host_hello()->clear_outside_problem();
        world.observe(hello);
        QCOMPARE(reasonOf(world, command), std::string("OK"));
        for (const auto &[host, orders] : plan(world.state).orders)
            for (const v1::InstanceOrder &order : orders.instances())
                QVERIFY(order.outside_access());
    }

    void sizesAreExact()
    {
        v1::Settings settings = defaultSettings("f", "127.77.3");
        v1::SizePrice &price = *settings.add_prices();
        price.set_size("Small");
        price.set_micros_per_hour(80'000);
        const auto sizes = vmSizes(settings);
        QCOMPARE(sizes.size(), std::size_t(65));
        QCOMPARE(sizes[0].memory_bytes(), std::uint64_t(824'633'720));   // 0.768 GiB
        QCOMPARE(sizes[1].memory_bytes(), std::uint64_t(1'879'048'192)); // 1.75 GiB
        QCOMPARE(sizes[1].price_micros_per_hour(), std::int64_t(80'000));
    }
};

QTEST_GUILESS_MAIN(CoreCommandsTest)
#include "core_commands_test.moc"
