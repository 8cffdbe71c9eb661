# The rows queries answer. Written by `make schema` from the headers and the schemas; change those.

from collections.abc import Callable
from typing import Any, NamedTuple

from kept.store.interface import Computed, Single
from kept.store.queries import Query

def class_name(query: str) -> str: ...
def row_class(query: Query) -> type[tuple[Any, ...]]: ...
def base_class(query: Query) -> type[tuple[Any, ...]]: ...
def row_maker(part: str, query: Query) -> Callable[[tuple[Any, ...]], Any]: ...

class AccountGet(Single[int]): ...

class AlarmsNewest(NamedTuple):
    alarm_id: str
    at: float
    released_entry: str
    actor: str
    purpose: str
    way: str
    case_number: str
    acknowledged_by: str | None
    acknowledged_at: float | None
    finding: str

class AlarmsStanding(Computed): ...

class ApprovalGet(NamedTuple):
    act: str
    subject: str
    requested_by: str
    requested_at: float
    expires_at: float
    decided_by: str | None
    outcome: str

class ApprovalGiven(Single[str | None]): ...

class ApprovalOf(NamedTuple):
    approval_id: str
    decided_by: str | None
    outcome: str

class ApprovalsOver(NamedTuple):
    approval_id: str
    act: str
    subject: str

class ApprovalsWaiting(NamedTuple):
    approval_id: str
    act: str
    subject: str
    requested_by: str
    requested_at: float
    expires_at: float

class Attestations(NamedTuple):
    clause: str
    name: str
    staff_id: str
    role: str
    evidence: str
    at: float
    valid_until: float

class BackupNewest(NamedTuple):
    at: float
    file: str
    size: int
    hash: str

class CallRowNext(Computed): ...

class CallRowOfPerson(NamedTuple):
    sheet_id: str
    outcome: str
    moved_at: float

class CallRows(NamedTuple):
    person_id: bytes
    message_id: str
    place: int
    key_id: str
    sealed: bytes
    outcome: str
    moved_at: float
    dialled: bytes | None

class CallRowsOfPerson(NamedTuple):
    message_id: str
    key_id: str
    sealed: bytes

class CallSheetGet(NamedTuple):
    number: int
    origin: str
    origin_id: str
    purpose: str
    made_at: float
    status: str
    begun_by: str
    ends_at: float

class CallSheetNext(Computed): ...

class CallSheetOfOrigin(Single[str]): ...

class CallSheets(Single[str]): ...

class CallSheetsOver(Single[str]): ...

class CampaignGet(NamedTuple):
    purpose: str
    file: str
    seal: str
    made_by: str
    made_at: float
    status: str
    approval_id: str
    mandate_id: str
    walked: bytes
    queued_at: float | None
    stopped_at: float | None

class Campaigns(NamedTuple):
    campaign_id: str
    purpose: str
    file: str
    seal: str
    made_by: str
    made_at: float
    status: str
    approval_id: str
    mandate_id: str
    walked: bytes
    queued_at: float | None
    stopped_at: float | None

class CampaignsInStatus(Single[str]): ...

class Canaries(NamedTuple):
    person_id: bytes
    planted_at: float
    planted_by: str

class CaseGet(NamedTuple):
    number: int
    staff_id: str
    role: str
    purpose: str
    opened_at: float
    expires_at: float
    closed_at: float | None

class CaseNext(Computed): ...

class CasePersonGet(Single[bytes]): ...

class CasesOfStaff(NamedTuple):
    case_id: str
    number: int
    purpose: str
    opened_at: float
    expires_at: float
    closed_at: float | None

class ChainCopiesPage(NamedTuple):
    person_id: bytes
    number: int

class ChainCopyGet(NamedTuple):
    number: int
    sealed: bytes

class Charges(NamedTuple):
    charge_id: str
    at: float
    micro_rho: int

class ChargesSince(NamedTuple):
    charge_id: str
    at: float
    micro_rho: int

class CheckpointAtMost(Single[str]): ...

class CheckpointsPage(NamedTuple):
    size: int
    note: str

class ClaimGet(NamedTuple):
    holder: str
    facts: str
    until: float

class Claims(NamedTuple):
    what: str
    subject: str
    holder: str
    facts: str
    until: float

class ContactFind(NamedTuple):
    person_id: bytes
    case_id: str
    channel: str
    key_id: str
    sealed: bytes
    purpose: str

class ContactGet(NamedTuple):
    case_id: str
    channel: str
    written_by: str
    written_at: float
    key_id: str
    sealed: bytes
    purpose: str
    marked_at: float | None
    settled_at: float | None

class ContactsMarked(NamedTuple):
    message_id: str
    purpose: str
    channel: str
    written_by: str
    written_at: float
    marked_at: float | None

class ContactsOfCase(NamedTuple):
    person_id: bytes
    message_id: str
    channel: str
    written_at: float

class ContactsOfPerson(NamedTuple):
    message_id: str
    case_id: str
    channel: str
    written_at: float
    key_id: str
    sealed: bytes

class Cosignatures(NamedTuple):
    size: int
    cosigner: str
    line: str

class CredentialGet(NamedTuple):
    secret_hash: bytes
    label: str
    role: str
    purposes: str
    rights: str
    system: str
    created_at: float
    revoked_at: float | None

class Credentials(NamedTuple):
    credential_id: str
    label: str
    role: str
    purposes: str
    rights: str
    system: str
    created_at: float
    revoked_at: float | None

class CurrentEpochGet(Single[int]): ...

class DisclosureGet(NamedTuple):
    number: int
    ground: str
    items: str
    starts_at: float
    ends_at: float
    received_at: float
    due_at: float
    told_from: float
    waits_for: str
    public_key: bytes
    sealed: bytes
    recorded_by: str
    recorded_at: float
    mandate_id: str
    approval_id: str
    scope_seal: str
    paper_hash: str
    status: str
    finished_at: float | None
    fetched_at: float | None

class DisclosureItems(NamedTuple):
    place: int
    item: str
    outcome: str

class DisclosureNext(Computed): ...

class DisclosurePaperGet(Single[bytes]): ...

class DisclosurePeople(NamedTuple):
    person_id: bytes
    place: int
    found_by: str
    named: bytes
    seal: str
    done: int

class DisclosureRecords(NamedTuple):
    person_id: bytes
    sealed: bytes

class Disclosures(Single[str]): ...

class DisclosuresOfPerson(NamedTuple):
    disclosure_id: str
    place: int

class DrawGet(NamedTuple):
    seed_hash: str
    sealed_seed: bytes
    list_hash: str
    public_number: str
    seed: str
    drawn: int

class DrillsNewest(NamedTuple):
    at: float
    made_at: float
    holds: int
    result: str

class Emergencies(NamedTuple):
    case_id: str
    number: int
    opened_by: str
    own_role: str
    lent_role: str
    purpose: str
    reason: str
    opened_at: float
    ends_at: float
    reviewed_by: str | None
    reviewed_at: float | None
    outcome: str

class EmergenciesOfPerson(NamedTuple):
    case_id: str
    key_id: str
    sealed: bytes

class EmergenciesOpenOf(Computed): ...

class EmergenciesUnreviewed(Single[float]): ...

class EmergencyGet(NamedTuple):
    case_id: str
    number: int
    opened_by: str
    own_role: str
    lent_role: str
    purpose: str
    reason: str
    opened_at: float
    ends_at: float
    reviewed_by: str | None
    reviewed_at: float | None
    outcome: str

class EmergencyItems(NamedTuple):
    item: str
    at: float
    entry_id: str

class EmergencyPersonGet(NamedTuple):
    person_id: bytes
    key_id: str
    sealed: bytes

class EntriesAll(NamedTuple):
    entry_id: bytes
    account_commitment: bytes
    person_commitment: bytes
    account_key: str
    account_sealed: bytes
    recorded_at: float

class EntriesLaterDue(NamedTuple):
    person_id: bytes
    entry_id: bytes
    key_id: str
    sealed: bytes
    recorded_at: float

class EntriesLaterOfPerson(NamedTuple):
    entry_id: bytes
    key_id: str
    sealed: bytes

class EntriesOfPersonCount(Computed): ...

class EntriesOfPersonPage(NamedTuple):
    entry_id: bytes
    key_id: str
    sealed: bytes
    recorded_at: float
    number: int

class EntriesOfPersonUnder(NamedTuple):
    entry_id: bytes
    key_id: str
    sealed: bytes
    recorded_at: float

class EntriesPage(NamedTuple):
    entry_id: bytes
    account_commitment: bytes
    person_commitment: bytes
    account_key: str
    account_sealed: bytes
    recorded_at: float

class EntriesSince(NamedTuple):
    recorded_at: float
    entry_id: bytes

class EntryChainGet(NamedTuple):
    number: int
    head: bytes

class EntryChainMovedGet(Single[int]): ...

class EntryChainMovedPage(NamedTuple):
    person_id: bytes
    number: int

class EntryGet(NamedTuple):
    account_commitment: bytes
    person_commitment: bytes
    account_key: str
    account_sealed: bytes
    recorded_at: float

class EntryLinks(NamedTuple):
    number: int
    entry_id: bytes

class EntryPartsPage(NamedTuple):
    number: int
    entry_id: bytes
    key_id: str
    sealed: bytes

class EntryPersonGet(NamedTuple):
    key_id: str
    sealed: bytes

class Epochs(NamedTuple):
    epoch: int
    state: str
    created_at: float
    destroyed_at: float | None

class ErasureGet(NamedTuple):
    receipt_id: str
    intended_at: float
    due_at: float
    started_by: str

class ErasureOfReceipt(Single[float]): ...

class ErasuresDue(NamedTuple):
    person_id: bytes
    receipt_id: str
    intended_at: float
    due_at: float
    started_by: str

class ExternalIds(NamedTuple):
    system: str
    key_id: str
    sealed: bytes

class ExternalTokenFind(Single[bytes]): ...

class FaxJobGet(NamedTuple):
    job: str
    state: str
    moved_at: float

class FaxJobsInState(NamedTuple):
    person_id: bytes
    message_id: str
    purpose: str
    job: str
    moved_at: float

class FaxJobsOfPerson(NamedTuple):
    message_id: str
    purpose: str
    job: str
    state: str

class HeadCountNewest(NamedTuple):
    count_id: str
    asked_at: float
    sealed: bytes

class HeadCounts(NamedTuple):
    count_id: str
    sealed: bytes

class HeadGet(NamedTuple):
    size: int
    root: bytes
    at: float

class InquiriesOfPerson(NamedTuple):
    inquiry_id: str
    case_id: str
    asked_at: float
    answered_at: float | None
    key_id: str
    sealed: bytes

class InquiriesWaiting(NamedTuple):
    person_id: bytes
    inquiry_id: str
    case_id: str
    asked_at: float
    answered_at: float | None
    key_id: str
    sealed: bytes

class InstanceGet(NamedTuple):
    point: str
    file: str
    made_by: str
    made_at: float
    status: str
    closes_at: float
    opened_at: float | None
    closed_at: float | None
    delivered_at: float | None
    ended_at: float | None
    capacity: int
    taken: int

class Instances(NamedTuple):
    instance_id: str
    point: str
    status: str

class InstancesDue(Single[str]): ...

class IntakeGet(NamedTuple):
    partner: str
    imported_by: str
    imported_at: float
    records: int

class IntakeRecords(NamedTuple):
    number: int
    reason: str
    ends_at: float
    sealed: bytes

class IntakeRecordsOver(NamedTuple):
    intake_id: str
    number: int
    reason: str

class Intakes(NamedTuple):
    intake_id: str
    partner: str
    imported_by: str
    imported_at: float
    records: int

class LastCheckpointGet(NamedTuple):
    size: int
    note: str
    at: float

class LetterOfPerson(Single[float]): ...

class LettersOfOrigin(NamedTuple):
    person_id: bytes
    message_id: str
    key_id: str
    sealed: bytes
    put_at: float

class LettersOfPerson(NamedTuple):
    message_id: str
    key_id: str
    sealed: bytes

class LettersOfPurpose(NamedTuple):
    origin: str
    origin_id: str
    put_at: float

class LinkCodeFind(NamedTuple):
    person_id: bytes
    system: str
    expires_at: float

class LiveChecks(NamedTuple):
    guarantee: str
    holds: int
    detail: str
    at: float

class LoginGet(Single[bytes]): ...

class LoginNames(Single[str]): ...

class LookUpsRefused(NamedTuple):
    actor: str
    purpose: str
    day: str
    tried: int
    granted: int
    refused: int

class LookedIntoGet(Single[bytes]): ...

class MandateGet(NamedTuple):
    kind: str
    actor: str
    role: str
    purpose: str
    case_id: str
    signed_in_at: float
    expires_at: float
    revoked_at: float | None
    volume_left: int

class MandateOfCase(NamedTuple):
    mandate_id: str
    signed_in_at: float
    expires_at: float
    revoked_at: float | None
    volume_left: int

class MessageLinkFind(NamedTuple):
    person_id: bytes
    message_id: str

class MessageLinksOf(Single[bytes]): ...

class MetaGet(Single[str]): ...

class MigrationsRecorded(NamedTuple):
    number: int
    name: str
    hash: str

class NoLogHead(NamedTuple):
    seq: int
    line: bytes

class NoLogLineGet(Single[bytes]): ...

class NoLogLines(NamedTuple):
    seq: int
    line: bytes

class NoLogNotes(NamedTuple):
    note_id: str
    content: str

class NoticeGet(Single[bytes]): ...

class OtherPersonChangesPage(NamedTuple):
    person_id: bytes
    changes: int

class OtherTableChanges(NamedTuple):
    table_name: str
    changes: int

class OutboxCount(Computed): ...

class OutboxDue(NamedTuple):
    person_id: bytes
    message_id: str
    origin: str
    origin_id: str
    purpose: str
    channel: str
    mandate_id: str
    attempts: int

class OutboxFind(NamedTuple):
    person_id: bytes
    origin: str
    origin_id: str
    purpose: str
    channel: str
    status: str
    reason: str
    moved_at: float
    entry_id: str
    notice_id: str
    attempts: int

class OutboxHanding(NamedTuple):
    person_id: bytes
    message_id: str
    origin: str
    origin_id: str
    entry_id: str
    moved_at: float

class OutboxHandingBefore(Computed): ...

class OutboxInStatus(NamedTuple):
    person_id: bytes
    message_id: str
    channel: str
    entry_id: str

class OutboxOfOrigin(NamedTuple):
    message_id: str
    channel: str
    attempts: int
    moved_at: float

class OutboxOfPerson(NamedTuple):
    message_id: str
    origin: str
    origin_id: str
    purpose: str
    channel: str
    status: str
    moved_at: float
    entry_id: str

class OutboxUnderWay(NamedTuple):
    message_id: str
    purpose: str
    channel: str

class OutboxUnknown(NamedTuple):
    origin: str
    origin_id: str
    channel: str

class OutboxWaiting(NamedTuple):
    person_id: bytes
    message_id: str
    origin: str
    origin_id: str

class OutboxWaitingOne(NamedTuple):
    person_id: bytes
    origin: str
    origin_id: str
    purpose: str
    channel: str
    mandate_id: str
    attempts: int

class ParticipationGet(NamedTuple):
    number: str
    at: float
    status: str

class Participations(NamedTuple):
    person_id: bytes
    number: str
    at: float
    status: str

class ParticipationsOfPerson(NamedTuple):
    instance_id: str
    number: str
    at: float
    status: str

class Parties(NamedTuple):
    party_id: str
    kind: str
    name: str
    title: str
    address: str
    representative: str
    public_key: bytes
    seal: bytes
    asked_by: str
    asked_at: float
    status: str
    confirmed_by: str
    from_at: float

class PartiesOf(NamedTuple):
    party_id: str
    kind: str
    name: str
    title: str
    address: str
    representative: str
    public_key: bytes
    seal: bytes
    asked_by: str
    asked_at: float
    status: str
    confirmed_by: str
    from_at: float

class PartyGet(NamedTuple):
    party_id: str
    kind: str
    name: str
    title: str
    address: str
    representative: str
    public_key: bytes
    seal: bytes
    asked_by: str
    asked_at: float
    status: str
    confirmed_by: str
    from_at: float

class PasskeyGet(NamedTuple):
    public_key: bytes
    sign_count: int

class Passkeys(NamedTuple):
    credential_id: bytes
    key_id: str
    sealed: bytes
    created_at: float
    last_used_at: float | None

class PasswordGet(NamedTuple):
    hash: str
    changed_at: float

class PeopleCount(Computed): ...

class PeoplePage(Single[bytes]): ...

class PeopleWithKeys(Single[bytes]): ...

class PersonKeys(NamedTuple):
    key_id: str
    kind: str
    epoch: int
    wrapped: bytes

class PersonKeysCount(Computed): ...

class PersonKeysOfEpoch(NamedTuple):
    person_id: bytes
    key_id: str
    kind: str
    wrapped: bytes

class PersonRowsGet(NamedTuple):
    changes: int
    sealed: bytes

class PersonRowsPage(NamedTuple):
    person_id: bytes
    changes: int

class PolicyFiles(NamedTuple):
    version: int
    files: bytes

class PolicyGet(NamedTuple):
    policy_hash: str
    files: bytes
    effective_at: float
    proposed_by: str
    proposed_at: float
    activated_by: str | None
    activated_at: float | None

class PolicyVersions(NamedTuple):
    version: int
    policy_hash: str
    effective_at: float
    proposed_by: str
    proposed_at: float
    activated_by: str | None
    activated_at: float | None

class PositionGet(Single[int]): ...

class PositionsPage(NamedTuple):
    entry_id: bytes
    position: int

class ProjectionOf(NamedTuple):
    build_id: str
    built_by: str
    built_at: float
    policy_hash: str
    manifest: str

class Projections(NamedTuple):
    build_id: str
    data_set: str
    built_by: str
    built_at: float
    policy_hash: str
    manifest: str

class ProvisionGet(NamedTuple):
    number: int
    recipient: str
    asked_by: str
    asked_at: float
    approval_id: str
    mandate_id: str
    status: str
    fetched_at: float | None
    people: int
    refused: int

class ProvisionMadeBy(Single[str]): ...

class ProvisionNext(Computed): ...

class ProvisionRecords(NamedTuple):
    person_id: bytes
    g: int
    sealed: bytes

class Provisions(NamedTuple):
    provision_id: str
    number: int
    recipient: str
    asked_by: str
    asked_at: float
    approval_id: str
    mandate_id: str
    status: str
    fetched_at: float | None
    people: int
    refused: int

class ProvisionsOfPerson(NamedTuple):
    entry_id: bytes
    provision_id: str
    handed_at: float | None

class Publications(NamedTuple):
    number: str
    at: float
    sealed: bytes

class PublicationsOfPerson(Single[str]): ...

class RateGet(NamedTuple):
    started_at: float
    count: int  # type: ignore[assignment]

class ReachTallies(NamedTuple):
    outcome: str
    reason: str
    count: int  # type: ignore[assignment]

class RecallsIn(NamedTuple):
    recipient: str
    pseudonym: str
    at: float
    what: str
    item: str
    due_at: float
    file_id: str
    told_at: float | None
    told_by: str

class RecallsOf(NamedTuple):
    at: float
    what: str
    item: str
    due_at: float
    told_at: float | None
    confirmed_at: float | None
    confirmed_by: str

class Receipts(NamedTuple):
    receipt_id: str
    kind: str
    at: float
    key_id: str
    sealed: bytes

class RecoveryCodesLeft(Computed): ...

class RegisterDue(Single[bytes]): ...

class RegisterPage(NamedTuple):
    entry_id: bytes
    key_id: str
    sealed: bytes
    recorded_at: float
    until: float

class RememberedGet(NamedTuple):
    token_hash: bytes
    earlier_hash: bytes
    created_at: float
    rotated_at: float
    expires_at: float

class RememberedOf(NamedTuple):
    series: bytes
    created_at: float
    rotated_at: float
    expires_at: float

class RestoreMarks(NamedTuple):
    name: str
    value: str

class Results(NamedTuple):
    question: str
    option: str
    count: int  # type: ignore[assignment]

class RightsAnswered(NamedTuple):
    request_id: str
    number: int
    channel: str
    opened_by: str
    received_at: float
    due_at: float
    status: str
    finished_at: float | None
    outcome: str

class RightsGet(NamedTuple):
    number: int
    channel: str
    case_id: str
    opened_by: str
    received_at: float
    due_at: float
    step: int
    status: str
    approval_id: str
    finished_at: float | None
    outcome: str
    sealed: bytes | None

class RightsNext(Computed): ...

class RightsOfPerson(Single[str]): ...

class RightsOpen(NamedTuple):
    request_id: str
    number: int
    channel: str
    opened_by: str
    received_at: float
    due_at: float
    status: str
    finished_at: float | None
    outcome: str

class RightsOverdue(Computed): ...

class RightsPaperGet(NamedTuple):
    key_id: str
    sealed: bytes

class RightsPersonGet(NamedTuple):
    person_id: bytes
    key_id: str
    sealed: bytes

class RightsWaiting(Computed): ...

class ScansNewest(NamedTuple):
    scan_id: str
    at: float
    url: str
    clean: int
    result: str

class SegmentsOf(NamedTuple):
    segment: int
    sealed: bytes

class SentByChannel(NamedTuple):
    person_id: bytes
    message_id: str
    origin: str
    origin_id: str
    purpose: str

class SessionGet(NamedTuple):
    created_at: float
    signed_in_at: float
    expires_at: float

class SessionsOf(NamedTuple):
    token_hash: bytes
    created_at: float
    expires_at: float

class ShownOnceGet(NamedTuple):
    key_id: str
    sealed: bytes
    expires_at: float

class SignsNew(NamedTuple):
    person_id: bytes
    day: str
    kind: str
    count: int  # type: ignore[assignment]
    told: int

class SignsOf(NamedTuple):
    day: str
    kind: str
    count: int  # type: ignore[assignment]
    last_at: float

class StaffAll(NamedTuple):
    staff_id: str
    login: str
    roles: str
    created_at: float
    disabled_at: float | None
    human: bytes

class StaffByLogin(NamedTuple):
    staff_id: str
    password_hash: str
    second_factor: bytes
    last_counter: int
    roles: str
    disabled_at: float | None

class StaffCount(Computed): ...

class StaffGet(NamedTuple):
    login: str
    roles: str
    disabled_at: float | None
    second_factor: bytes

class StaffSessionGet(NamedTuple):
    staff_id: str
    signed_in_at: float
    expires_at: float

class StateCopiesPage(NamedTuple):
    person_id: bytes
    g: int

class StateCopyG(Single[int]): ...

class StateCopyGet(NamedTuple):
    g: int
    key_id: str
    sealed: bytes

class StateG(Single[int]): ...

class StateGet(NamedTuple):
    g: int
    key_id: str
    sealed: bytes

class StatisticExports(NamedTuple):
    export_id: str
    statistic_id: str
    at: float
    exported_by: str
    recipient: str
    form: str

class StatisticGet(NamedTuple):
    number: int
    data_set: str
    clause: str
    build_id: str
    built_at: float
    dimensions: str
    purpose: str
    asked_by: str
    asked_at: float
    micro_rho: int
    delta: float
    status: str
    sealed: bytes
    approval_id: str
    released_at: float | None

class StatisticNext(Computed): ...

class StatisticSame(NamedTuple):
    statistic_id: str
    status: str

class Statistics(NamedTuple):
    statistic_id: str
    number: int
    data_set: str
    clause: str
    build_id: str
    built_at: float
    dimensions: str
    purpose: str
    asked_by: str
    asked_at: float
    micro_rho: int
    delta: float
    status: str
    sealed: bytes
    approval_id: str
    released_at: float | None

class StatutoryCount(Computed): ...

class StatutoryDue(Single[str]): ...

class StatutoryGet(NamedTuple):
    person_id: bytes
    epoch: int
    wrapped: bytes
    until: float

class StatutoryOfEpoch(NamedTuple):
    key_id: str
    person_id: bytes
    wrapped: bytes

class StatutoryOfPerson(NamedTuple):
    key_id: str
    until: float

class StopListCount(Computed): ...

class StopListOf(Single[str]): ...

class SystemKeys(NamedTuple):
    name: str
    epoch: int
    wrapped: bytes

class SystemKeysCount(Computed): ...

class TableRowsGet(NamedTuple):
    changes: int
    sealed: bytes

class Tallies(NamedTuple):
    day: str
    clause: str
    act: str
    outcome: str
    count: int  # type: ignore[assignment]
    last_at: float

class TicketListed(Single[str]): ...

class Tickets(Single[str]): ...

class TicketsPage(Single[str]): ...

class TileGet(Single[bytes]): ...

class TodoAside(NamedTuple):
    entry_id: bytes
    since: float
    flaw: str

class TodoAsideCount(Computed): ...

class TodoAsideHas(Single[float]): ...

class TodoHas(Single[float]): ...

class TodoOldest(Single[float]): ...

class TodoPage(NamedTuple):
    since: float
    entry_id: bytes

class TodoTake(NamedTuple):
    since: float
    entry_id: bytes

class TokenFind(Single[bytes]): ...

class TokensOfPerson(NamedTuple):
    item: str
    token: bytes

class TombstoneByReceipt(NamedTuple):
    erased_at: float
    level: str
    epoch: int
    under_way: int
    faxes_held: int

class TombstoneGet(NamedTuple):
    receipt_id: str
    erased_at: float
    level: str
    epoch: int

class TombstonePerson(Single[bytes]): ...

class Tombstones(NamedTuple):
    person_id: bytes
    receipt_id: str
    erased_at: float
    level: str
    epoch: int

class ValueAll(NamedTuple):
    slot: str
    version: int
    key_id: str
    sealed: bytes

class ValueOfSlot(NamedTuple):
    version: int
    key_id: str
    sealed: bytes

class VisitsSince(NamedTuple):
    day: str
    page: str
    feature: str
    count: int  # type: ignore[assignment]

class WitnessedByCode(Single[str]): ...

class WitnessedEntered(Computed): ...

class WitnessedGet(NamedTuple):
    number: int
    how: str
    entered_by: str
    entered_at: float
    status: str
    reason: str
    moved_at: float
    sealed: bytes
    witness: bytes

class WitnessedIn(Single[str]): ...

class WitnessedNewest(NamedTuple):
    form_id: str
    number: int
    how: str
    entered_by: str
    entered_at: float
    status: str
    reason: str
    moved_at: float

class WitnessedNext(Computed): ...

class WitnessedOfPerson(NamedTuple):
    form_id: str
    key_id: str
    sealed: bytes

class WitnessedPersonGet(NamedTuple):
    person_id: bytes
    key_id: str
    sealed: bytes
