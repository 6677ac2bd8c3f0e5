#include "views/service/slot_card.h"

#include "models/base/words.h"
#include "models/session/session.h"
#include "views/widgets/buttons.h"
#include "views/widgets/copy_link.h"
#include "views/widgets/headline_number.h"
#include "views/widgets/navigator.h"
#include "views/widgets/plain_tip.h"
#include "views/widgets/prompter.h"
#include "views/widgets/sparkline.h"
#include "views/widgets/state_pill.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QMenu>
#include <QStackedWidget>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kNumbersApart = 32;
constexpr int kNumbersClose = 12;
constexpr QSize kSizeMin(300, 190);
constexpr int kNarrow = 372; // below: without the curve, numbers closer together
constexpr QSize kCurve(132, 44);
constexpr std::int64_t kSampleMs = 1000;

QString slotObject(v1::SlotKind slot, const QString &what)
{
    return (slot == v1::STAGING ? u"staging"_s : u"production"_s) + what;
}

} // namespace

SlotCard::SlotCard(PageContext &context, models::DeploymentSummary &slot, QWidget *parent)
    : Card(context.theme, {}, parent), m_context(context), m_slot(slot)
{
    setObjectName(slotObject(slot.slotKind(), u"Card"_s));
    setMinimumSize(kSizeMin);
    setAccessibleName(models::slotWord(slot.slotKind()));
    m_pages = new QStackedWidget;
    m_pages->addWidget(makeFull());
    m_pages->addWidget(makeEmpty());
    body()->setContentsMargins(space::kCardPadding + 4, 12, 16, 14);
    body()->setSpacing(4);
    body()->addWidget(makeTop());
    body()->addWidget(m_pages, 1);
    connectParts();
    applyTheme();
    refresh();
}

QWidget *SlotCard::makeTop()
{
    auto *top = new QWidget;
    auto *row = new QHBoxLayout(top);
    row->setContentsMargins(0, 0, 0, 0);
    auto *over = new Label(m_context.theme, TextRole::Overline,
                           models::slotWord(m_slot.slotKind()).toUpper());
    over->setTone(m_slot.slotKind() == v1::PRODUCTION ? u"ok"_s : u"between"_s);
    m_pill = new StatePill(m_context.theme);
    m_pill->setObjectName(slotObject(m_slot.slotKind(), u"State"_s));
    row->addWidget(over);
    row->addStretch(1);
    row->addWidget(m_pill);
    return top;
}

QWidget *SlotCard::makeFull()
{
    auto *full = new QWidget;
    auto *column = new QVBoxLayout(full);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto *upper = new QHBoxLayout;
    upper->setSpacing(16);
    upper->addWidget(makeTitles(), 1);
    m_curve = new Sparkline(m_context.theme);
    m_curve->setFixedSize(kCurve);
    m_curve->setToolTip(tr("Requests per second, of the last 15 minutes at most"));
    m_curve_span = Label::secondary(m_context.theme, TextRole::Label);
    m_curve_box = new QWidget;
    auto *curve = new QVBoxLayout(m_curve_box);
    curve->setContentsMargins(0, 0, 0, 0);
    curve->setSpacing(2);
    curve->addStretch(1);
    curve->addWidget(m_curve);
    curve->addWidget(m_curve_span, 0, Qt::AlignRight);
    upper->addWidget(m_curve_box);
    column->addLayout(upper);
    column->addStretch(1);
    column->addWidget(makeNumbers());
    return full;
}

QWidget *SlotCard::makeTitles()
{
    auto *titles = new QWidget;
    auto *column = new QVBoxLayout(titles);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    m_title = new Label(m_context.theme, TextRole::CardTitle);
    m_title->setElided(true);
    m_title->setObjectName(slotObject(m_slot.slotKind(), u"Label"_s));
    m_port_reason = new Label(m_context.theme, TextRole::Label);
    m_port_reason->setTone(u"warning"_s);
    m_port_reason->setElided(true);
    column->addWidget(m_title);
    column->addLayout(makeDigestRow());
    column->addLayout(makeAddressRow());
    column->addWidget(m_port_reason);
    return titles;
}

QLayout *SlotCard::makeDigestRow()
{
    m_digest = Label::secondary(m_context.theme, TextRole::Mono);
    m_copy_digest = makeIconButton(m_context.theme, u"copy"_s, tr("Copy the package's digest"));
    m_copy_digest->setObjectName(slotObject(m_slot.slotKind(), u"CopyDigest"_s));
    m_copy_digest->setIconSize({14, 14});
    m_age = Label::secondary(m_context.theme, TextRole::Body);
    m_age->setElided(true);
    auto *row = new QHBoxLayout;
    row->setSpacing(4);
    row->addWidget(m_digest);
    row->addWidget(m_copy_digest);
    row->addWidget(m_age, 1);
    return row;
}

QLayout *SlotCard::makeAddressRow()
{
    m_address = new CopyLink(m_context.theme, m_context.prompter);
    m_address->setObjectName(slotObject(m_slot.slotKind(), u"Address"_s));
    m_more_addresses = makeButton(m_context.theme, ButtonKind::Link, {});
    m_more_addresses->setObjectName(slotObject(m_slot.slotKind(), u"MoreAddresses"_s));
    auto *row = new QHBoxLayout;
    row->setSpacing(4);
    row->addWidget(m_address);
    row->addWidget(m_more_addresses);
    row->addStretch(1);
    return row;
}

QWidget *SlotCard::makeNumbers()
{
    auto *numbers = new QWidget;
    m_numbers = new QHBoxLayout(numbers);
    auto *row = m_numbers;
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kNumbersApart);
    const auto add = [&](const QString &label, const QString &tip) {
        auto *number = new HeadlineNumber(m_context.theme, label);
        number->setToolTip(plainTip(tip));
        number->setMinimumWidth(48);
        row->addWidget(number);
        return number;
    };
    m_ready = add(tr("Ready"), tr("Instances that are ready, of all"));
    m_requests = add(tr("Requests/s"), tr("Requests that ended in the last second"));
    m_p95 = add(tr("p95"), tr("95 of 100 requests were answered faster than this"));
    m_errors = add(tr("Errors/s"), tr("Answers 5xx, broken connections and answers"));
    row->addStretch(1);
    return numbers;
}

QWidget *SlotCard::makeEmpty()
{
    auto *empty = new QWidget;
    auto *column = new QVBoxLayout(empty);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addWidget(new Label(m_context.theme, TextRole::CardTitle, tr("Nothing deployed")));
    m_empty_address = Label::secondary(m_context.theme, TextRole::Body);
    m_empty_address->setWordWrap(true);
    column->addWidget(m_empty_address);
    column->addStretch(1);
    m_deploy = makeButton(m_context.theme, ButtonKind::Normal, tr("Deploy here…"), u"upload"_s);
    m_deploy->setObjectName(slotObject(m_slot.slotKind(), u"DeployHere"_s));
    column->addWidget(m_deploy, 0, Qt::AlignLeft);
    return empty;
}

void SlotCard::resizeEvent(QResizeEvent *event)
{
    Card::resizeEvent(event);
    const bool narrow = width() < kNarrow;
    m_curve_box->setVisible(!narrow);
    m_numbers->setSpacing(narrow ? kNumbersClose : kNumbersApart);
}

void SlotCard::connectParts()
{
    connect(&m_slot, &models::DeploymentSummary::changed, this, &SlotCard::refresh);
    connect(&m_slot, &models::DeploymentSummary::ticked, this, [this] {
        refreshNumbers();
        refreshCurve();
        m_age->setText(ageWords());
    });
    connect(&m_context.theme, &Theme::changed, this, &SlotCard::applyTheme);
    connect(m_deploy, &QPushButton::clicked, this,
            [this] { Q_EMIT deployRequested(m_slot.slotKind()); });
    connect(m_address, &CopyLink::copied, this,
            [this] { m_context.navigator.notify(models::Condition::Ready, tr("Address copied")); });
    connect(m_address, &CopyLink::notOpened, this, &SlotCard::tellNoBrowser);
    connect(m_copy_digest, &QToolButton::clicked, this, [this] {
        if (!m_slot.isEmpty()) {
            QGuiApplication::clipboard()->setText(
                models::text(m_slot.deployment()->package_digest()));
            m_context.navigator.notify(models::Condition::Ready, tr("Digest copied"));
        }
    });
    connect(m_more_addresses, &QPushButton::clicked, this, &SlotCard::showMoreAddresses);
}

void SlotCard::applyTheme()
{
    const auto &tokens = m_context.theme.tokens();
    const auto hue = m_slot.slotKind() == v1::PRODUCTION ? tokens.ok : tokens.between;
    setEdge(m_slot.isEmpty() ? tokens.line : hue);
    m_curve->setColor(hue);
}

void SlotCard::setWatched(bool watched)
{
    m_watched = watched;
    refreshCurve();
}

void SlotCard::refresh()
{
    const auto health = m_slot.health();
    m_pill->setState(health.condition, health.word);
    m_pill->setToolTip(plainTip(health.words));
    m_pill->setVisible(!m_slot.isEmpty());
    m_pages->setCurrentIndex(m_slot.isEmpty() ? 1 : 0);
    applyTheme();
    m_title->setText(m_slot.label());
    m_digest->setText(m_slot.digest());
    m_digest->setToolTip(m_slot.isEmpty() ? QString()
                                          : models::text(m_slot.deployment()->package_digest()));
    m_age->setText(ageWords());
    m_age->setToolTip(plainTip(
        m_slot.isEmpty() ? QString()
                         : tr("%1, deployed %2 by %3")
                               .arg(models::text(m_slot.deployment()->package_name()),
                                    models::dateTimeWords(m_slot.deployment()->create_time_ms()),
                                    models::text(m_slot.deployment()->actor()))));
    m_deploy->setEnabled(m_context.session.isLive());
    refreshAddresses();
    refreshNumbers();
    refreshCurve();
}

QString SlotCard::ageWords() const
{
    if (m_slot.isEmpty()) {
        return {};
    }
    const auto &deployment = *m_slot.deployment();
    return tr("· %1 · %2")
        .arg(models::text(deployment.package_name()),
             models::ageWords(deployment.create_time_ms(), m_context.session.nowMs()));
}

void SlotCard::refreshAddresses()
{
    const auto addresses = m_slot.addresses();
    m_address->setAddress(addresses.value(0));
    m_more_addresses->setVisible(addresses.size() > 1);
    m_more_addresses->setText(tr("+%1 more").arg(addresses.size() - 1));
    m_more_addresses->setToolTip(plainTip(addresses.join(u'\n')));
    const auto reason = m_slot.portReason();
    const bool waits = addresses.isEmpty() && !m_slot.isEmpty();
    m_port_reason->setText(waits && reason.isEmpty() ? tr("No public address is bound") : reason);
    m_port_reason->setToolTip(plainTip(m_port_reason->text()));
    m_port_reason->setVisible(!m_port_reason->text().isEmpty());
    const auto service = m_context.store.service(m_slot.serviceName());
    const auto address = service == nullptr                 ? std::string()
                         : m_slot.slotKind() == v1::STAGING ? service->staging().address()
                                                            : service->production().address();
    m_empty_address->setText(
        address.empty() ? tr("Deploy a package to this slot.")
                        : tr("What is deployed here answers at %1.").arg(models::text(address)));
}

void SlotCard::refreshNumbers()
{
    const auto unknown = u"–"_s;
    const auto tally = m_slot.tally();
    const auto *sample = m_slot.sample();
    m_ready->setValue(m_slot.isEmpty() ? unknown
                                       : models::countWords(tally.ready()) + u" / "_s +
                                             models::countWords(tally.total));
    const bool known = sample != nullptr;
    const auto point = known ? models::metricPoint(*sample) : models::MetricPoint();
    m_requests->setValue(known ? models::rateWords(point.requests_per_s) : unknown);
    m_p95->setValue(known && sample->requests() > 0 ? models::latencyWords(sample->latency_p95_us())
                                                    : unknown);
    m_errors->setValue(known ? models::rateWords(point.errors_per_s) : unknown);
    m_errors->setColor(known && sample->errors() > 0 ? m_context.theme.tokens().bad : QColor());
}

void SlotCard::refreshCurve()
{
    const auto id = m_watched ? m_slot.deploymentId() : std::string();
    if (id != m_followed || (m_interest == nullptr && !id.empty())) {
        m_followed = id;
        m_interest = id.empty() ? nullptr : m_context.metrics.follow({id, {}});
    }
    QList<double> values;
    if (!id.empty()) {
        for (const auto &point : m_context.metrics.series({id, {}}).points()) {
            values << point.requests_per_s;
        }
    }
    m_curve->setValues(values);
    m_curve_span->setText(curveWords(id));
}

// The curve is as wide as its card, however short the time that it tells of.
QString SlotCard::curveWords(const std::string &deployment) const
{
    const auto &points = m_context.metrics.series({deployment, {}}).points();
    if (deployment.empty() || points.size() < 2) {
        return tr("nothing measured");
    }
    return tr("last %1").arg(
        models::durationWords(points.back().time_ms - points.front().time_ms + kSampleMs));
}

void SlotCard::tellNoBrowser(const QString &address)
{
    m_context.navigator.notify(models::Condition::Attention,
                               tr("No browser could be opened; go to %1.").arg(address));
}

void SlotCard::showMoreAddresses()
{
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setObjectName(u"addressMenu"_s);
    for (const auto &address : m_slot.addresses()) {
        const bool opens = address.startsWith(u"http"_s);
        auto *action =
            menu->addAction(opens ? tr("Open %1").arg(address) : tr("Copy %1").arg(address));
        connect(action, &QAction::triggered, this, [this, address, opens] {
            if (!opens) {
                QGuiApplication::clipboard()->setText(address);
            } else if (!m_context.prompter.openAddress(address)) {
                tellNoBrowser(address);
            }
        });
    }
    menu->popup(m_more_addresses->mapToGlobal(m_more_addresses->rect().bottomLeft()));
}

} // namespace slipway::views
