#include "views/settings/about_card.h"

#include "models/base/words.h"
#include "models/hosts/isolation.h"
#include "models/session/session.h"
#include "views/widgets/buttons.h"

#include <QClipboard>
#include <QGridLayout>
#include <QGuiApplication>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::text;

namespace
{

QString known(const QString &words)
{
    return words.isEmpty() ? u"–"_s : words;
}

QString pidWords(const QString &name, int pid)
{
    return pid > 0 ? QObject::tr("%1 %2").arg(name).arg(pid) : QString();
}

} // namespace

AboutCard::AboutCard(PageContext &context) : Card(context.theme, tr("About")), m_context(context)
{
    auto *facts = new QWidget;
    auto *grid = new QGridLayout(facts);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(24);
    grid->setVerticalSpacing(6);
    grid->setColumnStretch(1, 1);
    m_version = add(*grid, tr("Version"), u"aboutVersion"_s);
    m_licence = add(*grid, tr("Licence"), u"aboutLicence"_s);
    m_data = add(*grid, tr("Data folder"), u"aboutData"_s);
    m_socket = add(*grid, tr("Socket"), u"aboutSocket"_s);
    m_fabric = add(*grid, tr("Fabric"), u"aboutFabric"_s);
    m_engine = add(*grid, tr("Engine"), u"aboutEngine"_s);
    m_isolation = add(*grid, tr("Isolation"), u"aboutIsolation"_s);
    m_processes = add(*grid, tr("Processes"), u"aboutProcesses"_s);
    body()->addWidget(facts);
    auto *copy = makeButton(context.theme, ButtonKind::Link, tr("Copy all of this"), u"copy"_s);
    copy->setObjectName(u"copyAbout"_s);
    copy->setToolTip(tr("For a report of a problem"));
    body()->addWidget(copy, 0, Qt::AlignLeft);
    connect(copy, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(allWords()); });
    connect(&context.session, &models::Session::statusChanged, this, &AboutCard::refresh);
    connect(&context.session, &models::Session::stateChanged, this, &AboutCard::refresh);
    refresh();
}

Label *AboutCard::add(QGridLayout &grid, const QString &name, const QString &object)
{
    const int row = grid.rowCount();
    auto *value = new Label(m_context.theme, TextRole::Body);
    value->setObjectName(object);
    value->setWordWrap(true);
    value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    grid.addWidget(Label::secondary(m_context.theme, TextRole::Body, name), row, 0, Qt::AlignTop);
    grid.addWidget(value, row, 1);
    m_facts.append({name, value});
    return value;
}

void AboutCard::refresh()
{
    const auto &status = m_context.session.status();
    const auto portal = QStringLiteral(SLIPWAY_VERSION);
    const auto fabric = text(status.version());
    m_version->setText(fabric.isEmpty() || fabric == portal
                           ? portal
                           : tr("%1 (the fabric runs %2)").arg(portal, fabric));
    m_licence->setText(tr("GNU General Public License, version 3"));
    m_data->setText(known(text(status.data_dir())));
    m_socket->setText(
        known(status.socket().empty() ? m_context.session.address() : text(status.socket())));
    const auto where = status.embedded() ? tr("inside this portal") : tr("a process of its own");
    m_fabric->setText(status.fabric_id().empty()
                          ? u"–"_s
                          : tr("%1, %2, since %3")
                                .arg(text(status.fabric_id()), where,
                                     models::dateTimeWords(status.start_time_ms())));
    m_engine->setText(known(text(status.engine())));
    const auto isolation = models::isolationOf(m_context.store);
    QStringList lines{known(text(status.isolation())), isolation.meaning, isolation.advice};
    lines.removeAll(QString());
    m_isolation->setText((lines + isolation.unfit).join(u'\n'));
    QStringList processes{pidWords(tr("controller"), status.controller_pid()),
                          pidWords(tr("edge"), status.edge_pid()),
                          pidWords(u"HAProxy"_s, status.haproxy_pid())};
    processes.removeAll(QString());
    m_processes->setText(known(processes.join(u", "_s)));
}

QString AboutCard::allWords() const
{
    QStringList lines{u"Slipway"_s};
    for (const auto &[name, label] : m_facts) {
        lines << tr("%1: %2").arg(name, label->text());
    }
    return lines.join(u'\n');
}

} // namespace slipway::views
