#include "views/packages/package_details.h"

#include "models/base/words.h"
#include "views/packages/role_section.h"
#include "views/widgets/buttons.h"
#include "views/widgets/navigator.h"
#include "views/widgets/problem_list.h"

#include <QScrollArea>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::text;

PackageDetails::PackageDetails(PageContext &context) : Card(context.theme), m_context(context)
{
    setObjectName(u"packageDetails"_s);
    build();
}

void PackageDetails::build()
{
    setBodyMargins(0);
    auto *head = new QHBoxLayout;
    head->setContentsMargins(space::kCardPadding, 12, 10, 0);
    m_name = new Label(m_context.theme, TextRole::CardTitle);
    m_name->setObjectName(u"packageName"_s);
    m_name->setElided(true, Qt::ElideMiddle);
    auto *close = makeIconButton(m_context.theme, u"close"_s, tr("Close the details"));
    close->setObjectName(u"closeDetails"_s);
    connect(close, &QToolButton::clicked, this, &PackageDetails::closeClicked);
    head->addWidget(m_name, 1);
    head->addWidget(close);
    auto *scrolled = new QWidget;
    scrolled->setObjectName(u"scrolled"_s);
    m_scrolled = new QVBoxLayout(scrolled);
    m_scrolled->setContentsMargins(space::kCardPadding, 4, space::kCardPadding, 16);
    auto *scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(scrolled);
    body()->addLayout(head);
    body()->addWidget(scroll, 1);
    body()->addWidget(makeLine());
    body()->addWidget(makeFooter());
}

QWidget *PackageDetails::makeFooter()
{
    auto *footer = new QWidget;
    auto *row = new QHBoxLayout(footer);
    row->setContentsMargins(space::kCardPadding, 4, space::kCardPadding, 10);
    auto *remove = makeButton(m_context.theme, ButtonKind::Normal, tr("Delete…"), u"trash"_s);
    remove->setObjectName(u"deletePackage"_s);
    connect(remove, &QPushButton::clicked, this, [this] { Q_EMIT deleteClicked(m_digest); });
    row->addStretch(1);
    row->addWidget(remove);
    return footer;
}

void PackageDetails::showPackage(const models::PackageRow &row)
{
    if (row.package == m_shown.package && row.users == m_shown.users) {
        return;
    }
    m_shown = row;
    m_digest = text(row.package->digest());
    m_name->setText(text(row.package->file_name()));
    rebuild(row);
}

void PackageDetails::rebuild(const models::PackageRow &row)
{
    delete m_contents;
    m_contents = new QWidget;
    auto *column = new QVBoxLayout(m_contents);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    addFacts(*row.package, *column);
    addUsers(row.package->digest(), *column);
    addProblems(*row.package, *column);
    for (const auto &role : row.package->definition().roles()) {
        column->addWidget(makeLine());
        column->addWidget(new RoleSection(m_context.theme, role, row.package->configuration()));
    }
    column->addStretch(1);
    m_scrolled->addWidget(m_contents);
}

QWidget *PackageDetails::makeDigestRow(const QString &digest)
{
    auto *whole = new QWidget;
    auto *row = new QHBoxLayout(whole);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    auto *label = Label::secondary(m_context.theme, TextRole::Mono, digest);
    label->setElided(true);
    auto *copy = makeIconButton(m_context.theme, u"copy"_s, tr("Copy the digest"));
    copy->setObjectName(u"copyDigest"_s);
    connect(copy, &QToolButton::clicked, copy, [digest] { copyText(digest); });
    row->addWidget(label, 1);
    row->addWidget(copy);
    return whole;
}

void PackageDetails::addFacts(const v1::Package &package, QVBoxLayout &column)
{
    column.addWidget(makeDigestRow(text(package.digest())));
    auto *facts = new FactList(m_context.theme);
    facts->add(tr("Service"), text(package.definition().name()));
    facts->add(tr("Size"), models::bytesWords(package.size_bytes()));
    facts->add(tr("Format"), text(package.format()));
    facts->add(
        tr("Uploaded"),
        tr("%1 by %2").arg(models::dateTimeWords(package.upload_time_ms()), text(package.actor())));
    facts->add(tr("Schema"), text(package.definition().schema_version()));
    if (package.definition().upgrade_domain_count() > 0) {
        facts->add(tr("Update domains"),
                   QString::number(package.definition().upgrade_domain_count()));
    }
    for (const auto &probe : package.definition().probes()) {
        facts->add(tr("Probe"), probeWords(probe));
    }
    column.addWidget(facts);
}

void PackageDetails::addUsers(const std::string &digest, QVBoxLayout &column)
{
    column.addSpacing(4);
    column.addWidget(new Label(m_context.theme, TextRole::Strong, tr("Used by")));
    bool used = false;
    for (const auto &[id, deployment] : m_context.store.deployments()) {
        if (deployment->package_digest() != digest) {
            continue;
        }
        used = true;
        const auto service = text(deployment->service());
        const auto slot = models::slotWord(deployment->slot());
        auto *link = makeButton(m_context.theme, ButtonKind::Link,
                                tr("%1 – %2").arg(service, slot.toLower()));
        link->setObjectName(u"user-"_s + text(id));
        link->setProperty("flush", true);
        link->setToolTip(tr("Open %1").arg(service));
        connect(link, &QPushButton::clicked, this,
                [this, service] { m_context.navigator.openService(service); });
        column.addWidget(link, 0, Qt::AlignLeft);
    }
    if (!used) {
        column.addWidget(
            Label::secondary(m_context.theme, TextRole::Body, tr("No deployment uses it")));
    }
}

void PackageDetails::addProblems(const v1::Package &package, QVBoxLayout &column)
{
    if (package.problems().empty()) {
        return;
    }
    column.addSpacing(4);
    column.addWidget(
        new Label(m_context.theme, TextRole::Strong,
                  models::plural(std::uint64_t(package.problems_size()), "warning", "warnings")));
    auto *list =
        new ProblemList(m_context.theme, {package.problems().begin(), package.problems().end()});
    list->setObjectName(u"packageProblems"_s);
    column.addWidget(list);
}

} // namespace slipway::views
